import { describe, expect, test } from 'vitest';
import { pickHyperparameters, type Circumstances } from '../../../src-main/engine/train/hyperparameters.ts';

const base: Circumstances = { rows: 8_000, longest: 90, parameters: 85e6, maxPositions: 512, hiddenSize: 768, layers: 12, heads: 12, fromScratch: false };
const mini: Circumstances = { ...base, parameters: 3.15e6, hiddenSize: 256, layers: 4, heads: 4 };
const pick = (circumstances: Circumstances) => pickHyperparameters(circumstances, 1).values;

describe('Picked hyperparameters', () => {
  test('give BERT-base the learning rate of its paper and a small model ten times as much', () => {
    expect(pick(base).learningRate).toBe(3e-5);
    expect(pick(mini).learningRate).toBe(3e-4);
  });

  test('take more epochs the fewer rows there are', () => {
    const epochs = [200, 2_000, 20_000, 200_000].map((rows) => pick({ ...base, rows }).epochs);
    expect(epochs).toEqual([10, 5, 3, 2]);
  });

  test('take the maximum length from the data, up to what the model can read', () => {
    expect(pick(base).maxLength).toBe(90);
    expect(pick({ ...base, longest: 2000 }).maxLength).toBe(512);
  });

  test('let fewer tokens through at once the larger the model is, but always a whole row', () => {
    expect(pick({ ...base, longest: 512 }).tokenBudget).toBeLessThan(pick({ ...mini, longest: 512 }).tokenBudget);
    expect(pick({ ...base, hiddenSize: 8192, layers: 48, longest: 512 }).tokenBudget).toBe(512);
  });

  test('say why', () => {
    expect(pickHyperparameters(base, 1).reasons.epochs).toContain('8000 training rows');
  });
});
