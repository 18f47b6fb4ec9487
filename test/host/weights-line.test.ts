import { expect, it } from 'vitest';
import { weightsLine } from '../../src-main/host/cli/weights-line.ts';

it('names the parts of a model that are new or unused, and counts their weights', () => {
  expect(weightsLine({
    missing: ['bert.pooler.dense.weight', 'bert.pooler.dense.bias', 'classifier.weight', 'classifier.bias'], unexpected: ['cls.predictions.bias'],
  })).toBe('Weights: new are pooler, classifier (4 weights); unused are cls.predictions (1 weight).');
  expect(weightsLine({ missing: [], unexpected: ['a.x', 'b.x', 'c.x', 'd.x', 'e.x'] })).toBe('Weights: unused are a, b, c, d and others (5 weights).');
  expect(weightsLine({ missing: [], unexpected: [] })).toBe('');
});
