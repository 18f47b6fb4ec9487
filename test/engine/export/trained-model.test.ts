import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/domain/tasks.ts';
import { checkModel, readTrainedModel, type TrainedHead, type TrainedModel } from '../../../src-main/engine/export/trained-model.ts';
import { exportHuggingFace } from '../../../src-main/engine/export/hugging-face.ts';
import type { Tokenizer } from '../../../src-main/engine/tokenizers/tokenizer.ts';
import { writeConfig, type BertConfig } from '../../../src-main/engine/weights/config.ts';
import { failureOf, temporaryFolder, tinyModel, tinyTokenizer } from './support.ts';

const root = temporaryFolder();
let tokenizer: Tokenizer;
beforeAll(async () => { tokenizer = await tinyTokenizer(root); });

const refusal = (model: TrainedModel): unknown => {
  try {
    return checkModel(model);
  } catch (error) {
    return error;
  }
};

describe('checking a model', () => {
  it('names the two classes of a model that names none, as transformers does', () => {
    const model = tinyModel(tokenizer, { config: { id2label: ['a', 'b'] } });
    expect(checkModel({ ...model, config: { ...model.config, id2label: undefined } }).config.id2label).toEqual(['LABEL_0', 'LABEL_1']);
  });

  it('refuses classes of the same name', () => {
    expect(refusal(tinyModel(tokenizer, { config: { id2label: ['no', 'yes', 'no'] } }))).toMatchObject({ code: 'export-labels', message: expect.stringContaining('“no”') as string });
  });

  it('refuses a model without classes', () => {
    expect(refusal(tinyModel(tokenizer, { config: { id2label: [] } }))).toMatchObject({ code: 'export-labels' });
  });

  it('refuses weights that do not fit the number of classes', () => {
    const model = tinyModel(tokenizer);
    expect(refusal({ ...model, config: { ...model.config, id2label: ['no', 'yes'] } })).toMatchObject({ code: 'weights-shape', message: expect.stringContaining('classifier.weight') as string });
  });

  it('refuses a model that lacks a weight, and says which', () => {
    const model = tinyModel(tokenizer);
    model.weights.delete('bert.pooler.dense.bias');
    expect(refusal(model)).toMatchObject({ code: 'weights-incomplete', message: expect.stringContaining('bert.pooler.dense.bias') as string });
  });

  it('refuses a greater length than the model has positions', () => {
    expect(refusal(tinyModel(tokenizer, { maxLength: 33 }))).toMatchObject({ code: 'export-length' });
  });

  it('refuses a tokenizer with more entries than the model', () => {
    const model = tinyModel(tokenizer);
    expect(refusal({ ...model, tokenizer: { ...tokenizer, vocabularySize: 10 } })).toMatchObject({ code: 'export-tokenizer' });
  });

  it('forgets where the base model lay and in which precision it was', () => {
    const extra = { dtype: 'float16', torch_dtype: 'float16', _name_or_path: 'C:/models/base', use_cache: true };
    expect(checkModel(tinyModel(tokenizer, { config: { extra } })).config.extra).toEqual({ use_cache: true });
  });
});

describe('reading a model from its folder', () => {
  const cases: [TrainedHead, Partial<BertConfig>, Task][] = [
    ['sequence-classification', {}, 'classification'],
    ['sequence-classification', { problemType: 'multi_label_classification' }, 'multilabel'],
    ['sequence-classification', { problemType: 'regression', id2label: ['score'] }, 'regression'],
    ['token-classification', { id2label: ['O', 'B-PER', 'I-PER'] }, 'ner'],
    ['token-classification', { id2label: ['NOUN', 'VERB'] }, 'pos'],
    ['question-answering', {}, 'qa'],
  ];
  it.each(cases)('tells from a %s with %j that it is for %s', async (head, config, task) => {
    const folder = mkdtempSync(join(root, 'model-'));
    await exportHuggingFace(tinyModel(tokenizer, { head, config }), {}, folder);
    expect(await readTrainedModel(folder)).toMatchObject({ head, task, maxLength: 32 });
  });

  it('lets the caller say what the folder does not', async () => {
    const folder = mkdtempSync(join(root, 'model-'));
    await exportHuggingFace(tinyModel(tokenizer), {}, folder);
    expect(await readTrainedModel(folder, { task: 'pair', maxLength: 8 })).toMatchObject({ task: 'pair', maxLength: 8 });
  });

  it.each([[['BertForMaskedLM'], 'BertForMaskedLM'], [[], 'config.json']])('refuses one with the architectures %j, which was not fine-tuned', async (architectures, named) => {
    const folder = mkdtempSync(join(root, 'model-'));
    await writeConfig(folder, { ...tinyModel(tokenizer).config, architectures });
    expect(await failureOf(readTrainedModel(folder))).toMatchObject({ code: 'export-not-fine-tuned', message: expect.stringContaining(named) as string });
  });
});
