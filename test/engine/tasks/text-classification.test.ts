import { describe, expect, test } from 'vitest';
import type { BertConfig } from '../../../src-main/engine/weights/config.ts';
import { taskDefinition } from '../../../src-main/engine/tasks/index.ts';
import { classification, multilabel, regression } from '../../../src-main/engine/tasks/text-classification.ts';

const labels = ['billing', 'delivery', 'other'];
const config = { architectures: ['BertForMaskedLM'], id2label: undefined } as unknown as BertConfig;

describe('One label a text', () => {
  test('encodes names as numbers and gives each row of a batch its weight', () => {
    const targets = classification.encode(['other', 'billing', 'delivery'], labels);
    expect(targets).toEqual({ data: Int32Array.of(2, 0, 1), width: 1 });
    const arrays = classification.batchArrays(targets, [2, 0], 0.25);
    expect(arrays.get('labels')).toEqual({ data: Int32Array.of(1, 2), shape: [2] });
    expect(arrays.get('labels_weights')).toEqual({ data: Float32Array.of(0.25, 0.25), shape: [2] });
  });

  test('puts the labels and the head into the configuration', () => {
    expect(classification.configure(config, labels)).toMatchObject({ architectures: ['BertForSequenceClassification'], id2label: labels, problemType: 'single_label_classification' });
  });

  test('computes the loss that training minimises', () => {
    const logits = Float32Array.of(2, 0, 0, 0, 3, 0);
    const expected = (Math.log(Math.exp(2) + 2) - 2 + Math.log(Math.exp(3) + 2) - 0) / 2;
    expect(classification.loss(logits, { data: Int32Array.of(0, 2), width: 1 })).toBeCloseTo(expected, 6);
  });

  test('refuses a label it does not know', () => {
    expect(() => classification.encode(['spam'], labels)).toThrow('no label is named spam');
  });

  test('serves pairs of texts as well', () => {
    expect(taskDefinition('pair')).toBe(classification);
  });
});

describe('Several labels a text', () => {
  const targets = multilabel.encode([['billing', 'other'], []], labels);

  test('encodes each label as 0 or 1, none at all included', () => {
    expect(targets).toEqual({ data: Float32Array.of(1, 0, 1, 0, 0, 0), width: 3 });
    expect(multilabel.batchArrays(targets, [1, 0], 0.5).get('labels')).toEqual({ data: Float32Array.of(0, 0, 0, 1, 0, 1), shape: [2, 3] });
  });

  test('scores decisions above one half', () => {
    const metrics = multilabel.score(Float32Array.of(3, -3, 3, -3, -3, -3), targets, labels, 0);
    expect(metrics.scores).toMatchObject({ microF1: 1, subsetAccuracy: 1 });
  });

  test('computes binary cross-entropy over all decisions', () => {
    expect(multilabel.loss(new Float32Array(6), targets)).toBeCloseTo(Math.log(2), 6);
  });
});

describe('A number a text', () => {
  test('keeps the numbers and computes the mean squared error', () => {
    const targets = regression.encode([1.5, -2], []);
    expect(targets).toEqual({ data: Float32Array.of(1.5, -2), width: 1 });
    expect(regression.loss(Float32Array.of(2.5, -2), targets)).toBe(0.5);
    expect(regression.configure(config, [])).toMatchObject({ id2label: ['LABEL_0'], problemType: 'regression' });
  });
});
