import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportHuggingFace } from '../../../src-main/engine/export/hugging-face.ts';
import { exportOnnx } from '../../../src-main/engine/export/onnx.ts';
import { loadTokenizer } from '../../../src-main/engine/tokenizers/load.ts';
import type { Tokenizer } from '../../../src-main/engine/tokenizers/tokenizer.ts';
import { readModelWeights } from '../../../src-main/engine/weights/folder.ts';
import { readSafetensors } from '../../../src-main/engine/weights/safetensors.ts';
import { failureOf, temporaryFolder, tinyModel, tinyTokenizer } from './support.ts';

const root = temporaryFolder();
let folder: string, tokenizer: Tokenizer;
beforeAll(async () => { tokenizer = await tinyTokenizer(root); });
beforeEach(() => { folder = mkdtempSync(join(root, 'out-')); });

const config = (): Record<string, unknown> => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;

describe('an export for transformers', () => {
  it('holds configuration, weights and tokenizer', async () => {
    const model = tinyModel(tokenizer), sizes = await exportHuggingFace(model, {}, folder);
    expect(Object.keys(sizes)).toEqual(['config.json', 'model.safetensors', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt']);
    expect(await readModelWeights(folder)).toEqual(model.weights);
    expect((await readSafetensors(join(folder, 'model.safetensors'))).metadata).toEqual({ format: 'pt' });
    expect((await loadTokenizer(folder)).idOf('你')).toBe(8);
  });

  it.each([
    ['sequence-classification', 'BertForSequenceClassification'], ['token-classification', 'BertForTokenClassification'], ['question-answering', 'BertForQuestionAnswering'],
  ] as const)('of a %s model names the class %s', async (head, architecture) => {
    await exportHuggingFace(tinyModel(tokenizer, { head }), {}, folder);
    expect(config()).toMatchObject({ architectures: [architecture], dtype: 'float32', problem_type: 'single_label_classification' });
    expect('id2label' in config()).toBe(head !== 'question-answering');
  });

  it('says in which precision its weights are', async () => {
    await exportHuggingFace(tinyModel(tokenizer, { config: { extra: { torch_dtype: 'float64' } } }), { dtype: 'bfloat16' }, folder);
    expect(config()).toMatchObject({ dtype: 'bfloat16' });
    expect(config()).not.toHaveProperty('torch_dtype');
  });

  it('leaves out weights the model does not use', async () => {
    const model = tinyModel(tokenizer, { head: 'question-answering' });
    model.weights.set('cls.predictions.bias', { shape: [1], data: new Float32Array(1) });
    await exportHuggingFace(model, {}, folder);
    expect([...(await readModelWeights(folder)).keys()]).not.toContain('cls.predictions.bias');
  });

  it('removes older weights that would be taken for its own, and nothing else', async () => {
    for (const file of ['model.safetensors.index.json', 'model-00001-of-00002.safetensors', 'pytorch_model.bin', 'README.md', 'model.txt']) writeFileSync(join(folder, file), '');
    await exportHuggingFace(tinyModel(tokenizer), {}, folder);
    expect(readdirSync(folder)).toEqual(['README.md', 'config.json', 'model.safetensors', 'model.txt', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt']);
  });

  it('keeps an ONNX export in the same folder loadable', async () => {
    await exportOnnx(tinyModel(tokenizer), { format: 'onnx', largestFile: 1000 }, folder);
    await exportHuggingFace(tinyModel(tokenizer), {}, folder);
    expect(config()['transformers.js_config']).toEqual({ use_external_data_format: { 'model.onnx': true } });
  });

  it('of values that float16 does not have fails and leaves nothing', async () => {
    const model = tinyModel(tokenizer);
    model.weights.get('classifier.weight')!.data[0] = 1e5;
    expect(await failureOf(exportHuggingFace(model, { dtype: 'float16' }, folder))).toMatchObject({ code: 'weights-out-of-range' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is stopped leaves nothing', async () => {
    expect(await failureOf(exportHuggingFace(tinyModel(tokenizer), { signal: AbortSignal.abort() }, folder))).toMatchObject({ code: 'cancelled' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
