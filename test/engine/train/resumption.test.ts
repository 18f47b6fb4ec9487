import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../shared/domain/errors.ts';
import { taskDefinition } from '../../../src-main/engine/tasks/index.ts';
import { RunControl } from '../../../src-main/engine/train/control.ts';
import type { TrainingEvent } from '../../../src-main/engine/train/events.ts';
import { train } from '../../../src-main/engine/train/loop.ts';
import { start, type Progress } from '../../../src-main/engine/train/progress.ts';
import type { Trainee, TrainingData } from '../../../src-main/engine/train/trainee.ts';

const rows = 8, stepsPerEpoch = 4;
const features = { ids: new Int32Array(rows * 3).fill(5), typeIds: new Uint8Array(rows * 3), starts: Int32Array.from({ length: rows + 1 }, (_, row) => row * 3), truncated: 0 };
const split = { features, targets: { data: Int32Array.from({ length: rows }, (_, row) => row % 2), width: 1 } };
const data: TrainingData = { task: taskDefinition('classification'), labels: ['no', 'yes'], padId: 0, batching: { batchSize: 2, tokenBudget: 1000, lengthMultiple: 1 }, train: split, dev: split };
const hyperparameters = {
  epochs: 3, learningRate: 0.1, batchSize: 2, warmupRatio: 0, schedule: 'constant', weightDecay: 0, maxGradientNorm: 1, maxLength: 3, tokenBudget: 1000, patience: 9, recompute: false, seed: 1,
} as const;

/** A model whose one weight grows by one a step, and which is right about as many rows as that. */
class Counting implements Trainee {
  weight: number;
  outputsFail = false;
  updates: number[] = [];
  readonly state = { accumulate: async () => undefined, update: async (_rate: number, step: number) => { this.updates.push(step); return ++this.weight; } };

  constructor(weight: number) {
    this.weight = weight;
  }

  async gradients(): Promise<number> {
    return 1;
  }

  async outputs(): Promise<Map<string, Float32Array>> {
    if (this.outputsFail) throw new CancelledError();
    return new Map([['logits', Float32Array.from({ length: rows * 2 }, (_, index) => ((index >> 1) % 2 === index % 2) === (index >> 1) < this.weight ? 1 : 0)]]);
  }
}

async function run(trainee: Counting, progress: Progress, { patience = 9 } = {}) {
  const checkpoints: Progress[] = [], events: TrainingEvent[] = [];
  let best = NaN;
  const outcome = await train(trainee, data, { ...hyperparameters, patience }, progress, {
    control: new RunControl(), now: () => 0, report: (event) => events.push(event), saveCheckpoint: async (current) => { checkpoints.push(JSON.parse(JSON.stringify(current)) as Progress); }, saveBest: async () => { best = trainee.weight; },
  }).catch((failure: unknown) => failure);
  return { outcome, checkpoints, events, best };
}

describe('A run that goes on', () => {
  it('evaluates first where the evaluation after an epoch was broken off', async () => {
    const trainee = new Counting(0);
    trainee.outputsFail = true;
    const broken = await run(trainee, start);
    expect(broken.outcome).toBeInstanceOf(CancelledError);
    expect(broken.checkpoints).toMatchObject([{ step: stepsPerEpoch, history: [] }]);
    const further = new Counting(4), { outcome, events, best } = await run(further, broken.checkpoints[0]!);
    expect(events[0]).toMatchObject({ type: 'evaluation', epoch: 1, scores: { accuracy: 0.5 } });
    expect(outcome).toMatchObject({ stopped: 'finished', progress: { step: 12, best: { epoch: 2 }, history: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }] } });
    expect(further.updates).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    expect(best).toBe(8);
  });

  it('does not train on from where it stopped early', async () => {
    // Right about every row from the start: no later epoch is better.
    const { outcome, checkpoints } = await run(new Counting(100), start, { patience: 1 });
    expect(outcome).toMatchObject({ stopped: 'early', progress: { step: 8 } });
    const again = new Counting(108);
    expect((await run(again, checkpoints.at(-1)!, { patience: 1 })).outcome).toMatchObject({ stopped: 'early', progress: { step: 8 } });
    expect(again.updates).toEqual([]);
  });
});
