import { buildModel } from '../../engine/nn/heads.ts';
import { adamWDefaults } from '../../engine/optim/adamw.ts';
import { RandomStream } from '../../engine/random/philox.ts';
import { device } from '../../engine/session/device.ts';
import { TrainingSession } from '../../engine/session/training-session.ts';
import { taskDefinition } from '../../engine/tasks/index.ts';
import type { Features } from '../../engine/tasks/features.ts';
import { trainingBatch } from '../../engine/train/trainee.ts';
import { readConfig } from '../../engine/weights/config.ts';
import type { JobResults, MeasureJob } from '../../runs/jobs.ts';

const labels = ['no', 'yes'];

/** Times whole training steps, or forward passes, of a classifier with random weights. */
export async function measureJob({ folder, sizes, work, batchSize, length, device: name, threads, warmUps, repeats }: MeasureJob): Promise<JobResults['measure']> {
  const task = taskDefinition('classification'), config = { ...task.configure(await readConfig(folder), labels), ...sizes };
  const session = new TrainingSession(buildModel(config, task.head, { training: true }), buildModel(config, task.head).outputs, { device: device(name, threads), adamW: adamWDefaults });
  const random = new RandomStream(1, 'initialisation'), zeros = () => new Float32Array(session.layout.length);
  // A hundred million different numbers would take longer to draw than the measurement.
  const drawn = Float32Array.from({ length: 65_537 }, () => config.initializerRange * random.normal());
  await session.state.write({ weights: zeros().map((_, index) => drawn[index % drawn.length] as number), firstMoments: zeros(), secondMoments: zeros() });
  const features = randomRows(config.vocabSize, batchSize, length), targets = { data: Int32Array.from({ length: batchSize }, (_, row) => row % labels.length), width: 1 };
  const split = { features, targets }, batching = { batchSize, tokenBudget: batchSize * length, lengthMultiple: 1 };
  const { arrays } = trainingBatch({ task, labels, padId: config.padTokenId, batching, train: split, dev: split }, { rows: Array.from({ length: batchSize }, (_, row) => row), length }, 1 / batchSize, 1);
  const milliseconds: number[] = [];
  for (let repeat = 1; repeat <= warmUps + repeats; repeat++) {
    const before = performance.now();
    if (work === 'inference') await session.outputs(arrays);
    else {
      await session.gradients(arrays);
      await session.state.update(1e-5, repeat);
    }
    if (repeat > warmUps) milliseconds.push(performance.now() - before);
  }
  return { milliseconds, peakMemory: process.resourceUsage().maxRSS * 1024 };
}

function randomRows(vocabularySize: number, rows: number, length: number): Features {
  const random = new RandomStream(1, 'order'), tokens = rows * length;
  return {
    ids: Int32Array.from({ length: tokens }, () => Math.floor(random.uniform() * vocabularySize)), typeIds: new Uint8Array(tokens),
    starts: Int32Array.from({ length: rows + 1 }, (_, row) => row * length), truncated: 0,
  };
}
