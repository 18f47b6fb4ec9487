import { describe, expect, it } from 'vitest';
import { input } from '../../../src-main/engine/graph/tensor.ts';
import { inputsOf } from '../../../src-main/engine/graph/traversal.ts';
import { buildModel, heads } from '../../../src-main/engine/nn/heads.ts';
import { Builder } from '../../../src-main/engine/nn/layers.ts';
import { Parameters } from '../../../src-main/engine/nn/parameters.ts';
import { microConfig } from '../../support/configs.ts';
import { evaluate } from '../../support/reference-evaluator.ts';

describe('parameters', () => {
  it('declared twice are one tensor', () => {
    const parameters = new Parameters();
    expect(parameters.declare('a.weight', [2, 3])).toBe(parameters.declare('a.weight', [2, 3]));
    expect(parameters.all).toHaveLength(1);
  });

  it('stacked lie one after another along the first axis', () => {
    const parameters = new Parameters();
    expect(parameters.stack(['q.weight', 'k.weight', 'v.weight'], [4, 5]).shape).toEqual([12, 5]);
    expect(parameters.all[0]).toMatchObject({ name: 'q.weight+k.weight+v.weight', shape: [12, 5], decays: true });
    expect(parameters.all[0]!.parts).toEqual(['q.weight', 'k.weight', 'v.weight'].map((name) => ({ name, shape: [4, 5] })));
  });

  it.each([['dense.weight', true], ['embeddings.word_embeddings.weight', true], ['dense.bias', false], ['output.LayerNorm.weight', false], ['LayerNorm.bias', false], ['cls.predictions.bias', false]])('of the name %s decay: %s', (name, decays) => {
    const parameters = new Parameters();
    parameters.declare(name, [2]);
    expect(parameters.all[0]!.decays).toBe(decays);
  });
});

describe.each(heads)('a model for %s', (head) => {
  it('reads all its parameters, and besides them its batch, labels with weights and the dropout key', () => {
    const { loss, parameters } = buildModel(microConfig, head, { training: true });
    const names = inputsOf([loss]).map(({ producer }) => (producer.kind === 'input' ? producer.name : ''));
    const others = names.filter((name) => !parameters.some((parameter) => parameter.name === name));
    expect(parameters.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
    const labels = others.filter((name) => !['input_ids', 'attention_mask', 'token_type_ids', 'dropout_key'].includes(name));
    expect(others.length - labels.length).toBe(4);
    expect(labels.length % 2).toBe(0);
    for (const name of labels.filter((label) => !label.endsWith('_weights'))) expect(labels).toContain(`${name}_weights`);
  });

  it('has neither dropout nor labels in its outputs', () => {
    const { outputs, parameters } = buildModel(microConfig, head);
    const names = inputsOf([...outputs.values()]).map(({ producer }) => (producer.kind === 'input' ? producer.name : ''));
    expect(names.filter((name) => !parameters.some((parameter) => parameter.name === name)).sort()).toEqual(['attention_mask', 'input_ids', 'token_type_ids']);
  });
});

describe('dropout in a model', () => {
  const x = input('x', [8, 8]), feeds = { x: new Float32Array(64).fill(1), key: [7] };

  it('draws another mask at every place', () => {
    const build = new Builder(new Parameters(), input('key', [], 'int32'));
    const outputs = new Map(Array.from({ length: 6 }, (_, index) => [`${index}`, build.dropout(x, 0.5)]));
    const masks = [...evaluate(outputs, feeds).values()].map(({ data }) => data.join());
    expect(new Set(masks).size).toBe(6);
  });

  it('is not there without a key', () => {
    expect(new Builder(new Parameters()).dropout(x, 0.5)).toBe(x);
  });
});

it('a word embedding that is not tied has an output layer of its own', () => {
  const names = (tieWordEmbeddings: boolean) => buildModel({ ...microConfig, tieWordEmbeddings }, 'masked-lm').parameters.map(({ name }) => name);
  expect(names(false).filter((name) => !names(true).includes(name))).toEqual(['cls.predictions.decoder.weight']);
});
