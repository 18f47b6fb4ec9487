import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../src-main/models/description.ts';
import { failureOf, temporaryFolder, writeTinyModel, type TinyModel } from './support.ts';

const root = temporaryFolder();
let count = 0;
const tiny = (model?: TinyModel): Promise<string> => writeTinyModel(join(root, `model-${++count}`), model);

const classifier = (config: Record<string, unknown>): TinyModel => ({ head: 'sequence-classification', config: { architectures: ['BertForSequenceClassification'], ...config } });
const tagger = (...labels: string[]): TinyModel => ({ head: 'token-classification', config: { architectures: ['BertForTokenClassification'], id2label: { ...labels } } });

describe('describing a model', () => {
  it('counts its parameters, tied ones once', async () => {
    const encoder = (8 + 16 + 2) * 4 + 2 * 4 + 4 * (4 * 4 + 4) + 2 * 4 + (8 * 4 + 8) + (4 * 8 + 4) + 2 * 4;
    const languageHead = (4 * 4 + 4) + 2 * 4 + 8;
    expect(await describeModel(await tiny())).toEqual({ parameters: encoder + languageHead, task: undefined, labels: [] });
  });

  it.each([
    ['classification', classifier({ id2label: { 0: 'no', 1: 'yes' } }), ['no', 'yes']],
    ['multilabel', classifier({ id2label: { 0: 'a', 1: 'b' }, problem_type: 'multi_label_classification' }), ['a', 'b']],
    ['regression', classifier({ id2label: { 0: 'score' } }), ['score']],
    ['ner', tagger('O', 'B-PER', 'I-PER'), ['O', 'B-PER', 'I-PER']],
    ['pos', tagger('NOUN', 'VERB'), ['NOUN', 'VERB']],
    ['qa', { head: 'question-answering', config: { architectures: ['BertForQuestionAnswering'] } } satisfies TinyModel, []],
  ] as const)('knows a model fine-tuned for %s by its files', async (task, model, labels) => {
    expect(await describeModel(await tiny(model))).toMatchObject({ task, labels });
  });

  it('refuses weights of other sizes than config.json says', async () => {
    const folder = await tiny();
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', vocab_size: 8, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 8 }));
    expect(await failureOf(describeModel(folder))).toMatchObject({ code: 'weights-shape' });
  });

  it('refuses a fine-tuned model without its classifier, and one with a layer too few', async () => {
    const headless = await tiny({ config: { architectures: ['BertForTokenClassification'] } });
    expect(await failureOf(describeModel(headless))).toMatchObject({ code: 'weights-incomplete', message: expect.stringContaining('“classifier.weight”') });
    const short = await tiny({ value: 1 });
    writeFileSync(join(short, 'config.json'), JSON.stringify({ model_type: 'bert', vocab_size: 8, hidden_size: 4, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 8, max_position_embeddings: 16 }));
    expect(await failureOf(describeModel(short))).toMatchObject({ code: 'weights-incomplete' });
  });

  it('refuses a tokenizer with more entries than the model has rows', async () => {
    const folder = await tiny();
    writeFileSync(join(folder, 'vocab.txt'), ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', 'c', 'd'].join('\n'));
    expect(await failureOf(describeModel(folder))).toMatchObject({ code: 'vocabulary-too-large' });
  });
});
