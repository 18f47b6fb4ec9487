import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../../shared/domain/errors.ts';
import type { Features } from '../../../src-main/engine/tasks/features.ts';
import { classification } from '../../../src-main/engine/tasks/text-classification.ts';
import { RunControl } from '../../../src-main/engine/train/control.ts';
import type { TrainingEvent } from '../../../src-main/engine/train/events.ts';
import type { Hyperparameters } from '../../../src-main/engine/train/hyperparameters.ts';
import { train, type Surroundings } from '../../../src-main/engine/train/loop.ts';
import { start, type Progress } from '../../../src-main/engine/train/progress.ts';
import type { Trainee, TrainingData } from '../../../src-main/engine/train/trainee.ts';

const rows = 40;
const features: Features = { ids: new Int32Array(rows * 5), typeIds: new Uint8Array(rows * 5), starts: Int32Array.from({ length: rows + 1 }, (_, row) => 5 * row), truncated: 0 };
const targets = { data: Int32Array.from({ length: rows }, (_, row) => row % 2), width: 1 };
const hyperparameters: Hyperparameters = {
  epochs: 4, learningRate: 0.1, batchSize: 10, warmupRatio: 0.25, schedule: 'linear', weightDecay: 0, maxGradientNorm: 1, maxLength: 5, tokenBudget: 1000, patience: 2, recompute: false, seed: 1,
};
const data = (tokenBudget = 1000): TrainingData => ({
  task: classification, labels: ['a', 'b'], padId: 0, batching: { batchSize: 10, tokenBudget, lengthMultiple: 1 }, train: { features, targets }, dev: { features, targets },
});

/** A stand-in that records what it is asked for; its share of right answers after each epoch is given. */
function recording(accuracies: readonly number[]) {
  const calls: string[] = [], rates: number[] = [], weights: number[] = [], keys: number[] = [];
  let evaluations = 0;
  const trainee: Trainee = {
    gradients: async ({ arrays }) => {
      calls.push('gradients');
      weights.push(arrays.get('labels_weights')!.data[0] as number);
      keys.push(arrays.get('dropout_key')!.data[0] as number);
      return 0.5;
    },
    outputs: async ({ size }) => {
      const right = Math.round(accuracies[evaluations++]! * size);
      // The rows of equal length come in their own order.
      return new Map([['logits', Float32Array.from({ length: 2 * size }, (_, index) => ((index >> 1) % 2 === index % 2 ? 1 : 0) * ((index >> 1) < right ? 1 : -1))]]);
    },
    state: {
      accumulate: async () => { calls.push('accumulate'); },
      update: async (rate) => { calls.push('update'); rates.push(rate); return 1; },
    },
  };
  return { trainee, calls, rates, weights, keys };
}

function surroundings(control = new RunControl(), onEvent: (event: TrainingEvent) => void = () => {}) {
  const events: TrainingEvent[] = [], saved: Progress[] = [];
  let best = 0, clock = 0;
  const around: Surroundings = {
    control, now: () => (clock += 0.01), report: (event) => { events.push(event); onEvent(event); },
    saveCheckpoint: async (progress) => { saved.push(progress); }, saveBest: async () => { best++; },
  };
  return { around, events, saved, bests: () => best };
}

describe('Training', () => {
  test('takes every step of every epoch, evaluates after each and keeps the best', async () => {
    const { trainee, calls, rates } = recording([0.5, 0.9, 0.8, 1]), { around, events, bests } = surroundings();
    const { progress, stopped } = await train(trainee, data(), hyperparameters, start, around);
    expect(stopped).toBe('finished');
    expect(calls.filter((call) => call === 'update')).toHaveLength(16);
    expect(progress.history.map(({ best }) => best)).toEqual([true, true, false, true]);
    expect(progress.best).toEqual({ score: 1, epoch: 4 });
    expect(bests()).toBe(3);
    expect(events.filter(({ type }) => type === 'evaluation')).toHaveLength(4);
    expect(rates[0]).toBe(0);
    expect(Math.max(...rates)).toBeCloseTo(0.1);
    expect(rates.at(-1)).toBeLessThan(0.01);
  });

  test('stops after as many epochs without gain as patience allows', async () => {
    const { trainee } = recording([0.9, 0.5, 0.9, 1]), { around } = surroundings();
    const { progress, stopped } = await train(trainee, data(), hyperparameters, start, around);
    expect(stopped).toBe('early');
    expect(progress.history).toHaveLength(3);
    expect(progress.best?.epoch).toBe(1);
  });

  test('cuts a step that is too large for memory and still gives every row the same weight', async () => {
    const { trainee, calls, weights } = recording([0.5, 0.6, 0.7, 0.8]), { around } = surroundings();
    await train(trainee, data(20), hyperparameters, start, around);
    expect(calls.slice(0, 7)).toEqual(['gradients', 'accumulate', 'gradients', 'accumulate', 'gradients', 'accumulate', 'update']);
    expect(new Set(weights)).toEqual(new Set([Math.fround(0.1)]));
  });

  test('goes on from a checkpoint with the same batches, rates and dropout as if it had not stopped', async () => {
    const whole = recording([0.5, 0.6, 0.7, 0.8]), first = surroundings();
    await train(whole.trainee, data(), hyperparameters, start, first.around);
    const rest = recording([0.7, 0.8]), second = surroundings();
    const resumed = await train(rest.trainee, data(), hyperparameters, first.saved[1]!, second.around);
    expect(rest.keys).toEqual(whole.keys.slice(8));
    expect(rest.rates).toEqual(whole.rates.slice(8));
    expect(resumed.progress.history).toHaveLength(4);
  });

  test('ends between two steps when asked to stop, without an error', async () => {
    const control = new RunControl(), { trainee } = recording([0.5, 0.6, 0.7, 0.8]);
    const { around } = surroundings(control, (event) => { if (event.type === 'step' && event.step === 6) control.stop(); });
    const { progress, stopped } = await train(trainee, data(), hyperparameters, start, around);
    expect(stopped).toBe('user');
    expect(progress.step).toBe(6);
  });

  test('leaves a checkpoint of the last whole step when cancelled', async () => {
    const control = new RunControl(), { trainee } = recording([0.5, 0.6, 0.7, 0.8]);
    const { around, saved } = surroundings(control, (event) => { if (event.type === 'step' && event.step === 6) control.cancel(); });
    await expect(train(trainee, data(), hyperparameters, start, around)).rejects.toThrow(CancelledError);
    expect(saved.at(-1)?.step).toBe(6);
  });

  test('leaves a checkpoint also when it is broken off inside a step', async () => {
    const { trainee } = recording([0.5, 0.6, 0.7, 0.8]), { around, saved } = surroundings();
    let steps = 0;
    const broken: Trainee = { ...trainee, gradients: async (batch) => { if (++steps > 6) throw new CancelledError(); return trainee.gradients(batch); } };
    await expect(train(broken, data(), hyperparameters, start, around)).rejects.toThrow(CancelledError);
    expect(saved.at(-1)?.step).toBe(6);
  });

  test('waits while paused', async () => {
    const control = new RunControl(), { trainee, calls } = recording([0.5, 0.6, 0.7, 0.8]);
    const { around, events } = surroundings(control, (event) => { if (event.type === 'step' && event.step === 3) control.pause(); });
    const running = train(trainee, data(), hyperparameters, start, around);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls.filter((call) => call === 'update')).toHaveLength(3);
    control.resume();
    await running;
    expect(events.map(({ type }) => type)).toContain('resumed');
  });

  test('says what to do when the loss is no longer a number', async () => {
    const { trainee } = recording([]), { around } = surroundings();
    await expect(train({ ...trainee, gradients: async () => NaN }, data(), hyperparameters, start, around)).rejects.toThrow(/smaller learning rate/);
  });
});
