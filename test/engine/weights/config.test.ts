import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readConfig, writeConfig } from '../../../src-main/engine/weights/config.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import { failureOf, temporaryFolder } from './support.ts';

const root = temporaryFolder();
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(root, 'model-')); });

const sizes = { model_type: 'bert', vocab_size: 100, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 64 };
function read(json: unknown) {
  writeFileSync(join(folder, 'config.json'), typeof json === 'string' ? json : JSON.stringify(json));
  return readConfig(folder);
}
const written = (): Record<string, unknown> => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;

describe('reading a config.json', () => {
  it('fills in what Hugging Face does where a file says only the sizes', async () => {
    expect(await read(sizes)).toEqual({
      vocabSize: 100, hiddenSize: 32, numHiddenLayers: 2, numAttentionHeads: 4, intermediateSize: 64, hiddenAct: 'gelu', hiddenDropoutProb: 0.1,
      attentionProbsDropoutProb: 0.1, classifierDropout: null, maxPositionEmbeddings: 512, typeVocabSize: 2, initializerRange: 0.02, layerNormEps: 1e-12,
      padTokenId: 0, tieWordEmbeddings: true, id2label: undefined, architectures: [], extra: {},
    });
  });

  it('orders the labels by number, not as the file does', async () => {
    const names = Array.from({ length: 12 }, (_, id) => `label ${id}`);
    const id2label = Object.fromEntries(names.map((name, id) => [`${id}`, name] as const).toReversed());
    expect((await read({ ...sizes, id2label })).id2label).toEqual(names);
  });

  it('names the classes of an early file, which only counts them', async () => {
    expect((await read({ ...sizes, num_labels: 3 })).id2label).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2']);
  });

  it('knows the other names of the activations', async () => {
    for (const [name, act] of [['gelu_fast', 'gelu_new'], ['gelu_pytorch_tanh', 'gelu_new'], ['swish', 'silu'], ['relu', 'relu']]) {
      expect((await read({ ...sizes, hidden_act: name })).hiddenAct).toBe(act);
    }
  });

  it('passes over a byte order mark', async () => {
    expect((await read(`\uFEFF${JSON.stringify(sizes)}`)).hiddenSize).toBe(32);
  });

  it.each<[string, object, RegExp]>([
    ['another type of model', { model_type: 'roberta' }, /“roberta”, not “bert”/],
    ['no type of model', { model_type: undefined }, /does not say its model_type/],
    ['relative positions', { position_embedding_type: 'relative_key' }, /“relative_key”/],
    ['a decoder', { is_decoder: true }, /decoder/],
    ['an unknown activation', { hidden_act: 'mish' }, /activation “mish”/],
  ])('refuses %s as unsupported', async (_, change, message) => {
    await expect(read({ ...sizes, ...change })).rejects.toMatchObject({ code: 'config-unsupported', message: expect.stringMatching(message) as string });
  });

  it.each<[string, object, RegExp]>([
    ['a missing size', { hidden_size: undefined }, /does not say “hidden_size”/],
    ['a size of zero', { num_hidden_layers: 0 }, /“num_hidden_layers” must be a whole number/],
    ['a size with a fraction', { vocab_size: 1.5 }, /“vocab_size”/],
    ['a size as text', { intermediate_size: '64' }, /“intermediate_size”/],
    ['an absurd size', { hidden_size: 1e12 }, /“hidden_size”/],
    ['sizes that are absurd together', { vocab_size: 1_000_000, hidden_size: 65_536 }, /100 billion parameters/],
    ['heads that do not divide the hidden size', { num_attention_heads: 5 }, /divided among 5/],
    ['a dropout of 1', { hidden_dropout_prob: 1 }, /“hidden_dropout_prob”/],
    ['a padding outside of the vocabulary', { pad_token_id: 100 }, /pad_token_id 100/],
    ['labels with a gap', { id2label: { 0: 'a', 2: 'b' } }, /“id2label”/],
    ['labels that are no texts', { id2label: { 0: 1 } }, /“id2label”/],
    ['an unknown problem type', { problem_type: 'ranking' }, /“problem_type” must be one of/],
    ['a layer norm without epsilon', { layer_norm_eps: 0 }, /“layer_norm_eps”/],
  ])('refuses %s', async (_, change, message) => {
    const error = await failureOf(read({ ...sizes, ...change }));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'config-invalid', message: expect.stringMatching(message) as string });
  });

  it('refuses a file that is absent, broken, no object or far too long', async () => {
    await expect(readConfig(folder)).rejects.toMatchObject({ code: 'file-missing' });
    await expect(read('{"model_type": "bert"')).rejects.toMatchObject({ code: 'json-damaged' });
    await expect(read('[1]')).rejects.toMatchObject({ code: 'json-damaged' });
    await expect(read(' '.repeat(20_000_001))).rejects.toMatchObject({ code: 'json-damaged' });
  });
});

describe('writing a config.json', () => {
  it('gives back what was read, with keys it does not know', async () => {
    const config = await read({
      ...sizes, id2label: { 0: '好评', 1: '差评' }, label2id: { 好评: 0, 差评: 1 }, problem_type: 'multi_label_classification', classifier_dropout: 0.3,
      architectures: ['BertForSequenceClassification'], hidden_act: 'gelu_new', dtype: 'float32', custom: { nested: [1, null] },
    });
    expect(config.extra).toEqual({ dtype: 'float32', custom: { nested: [1, null] } });
    await writeConfig(join(folder, 'copy'), config);
    expect(await readConfig(join(folder, 'copy'))).toEqual(config);
  });

  it('uses the keys of Hugging Face in alphabetical order', async () => {
    await writeConfig(folder, await read({ ...sizes, id2label: { 0: 'no', 1: 'yes' }, problem_type: 'single_label_classification' }));
    expect(written()).toMatchObject({ ...sizes, id2label: { 0: 'no', 1: 'yes' }, label2id: { no: 0, yes: 1 }, classifier_dropout: null, layer_norm_eps: 1e-12 });
    expect(Object.keys(written())).toEqual(Object.keys(written()).toSorted());
  });

  it('says nothing of labels and problem where the model has none', async () => {
    await writeConfig(folder, await read(sizes));
    for (const key of ['id2label', 'label2id', 'problem_type']) expect(written()).not.toHaveProperty(key);
  });
});
