import { countTokens, epochBatches, evaluationBatches } from './batches.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { trainingBatch, type Trainee, type TrainingData } from './trainee.ts';

// A forward pass is a third of the work of forward and backward.
const evaluationShare = 1 / 3;
const measured = 3;

export interface Estimate {
  readonly seconds: number;
  readonly steps: number;
  /** Real tokens, padding not counted. */
  readonly tokensPerSecond: number;
  /** Share of computed tokens that is padding. */
  readonly padding: number;
}

/**
 * How long a run will take, from a few measured steps on its own batches. Changes the state: call it before weights are loaded.
 * @param now seconds of a clock that only goes forward.
 */
export async function estimate(trainee: Trainee, data: TrainingData, { epochs, seed }: Hyperparameters, now: () => number): Promise<Estimate> {
  const batches = epochBatches(data.train.features, seed, 0, data.batching);
  const epoch = countTokens(data.train.features, batches.flat()), dev = countTokens(data.dev.features, evaluationBatches(data.dev.features, data.batching));
  // The first batch pays for the allocations; batches come in random order, so that the next are a fair sample.
  let tokens = 0, gradientSeconds = 0;
  for (const [index, batch] of batches.slice(0, measured + 1).entries()) {
    const micro = batch[0];
    if (!micro) continue;
    const { arrays } = trainingBatch(data, micro, 1 / micro.rows.length, 0);
    const before = now();
    await trainee.gradients(arrays);
    if (index === 0 && batches.length > 1) continue;
    gradientSeconds += now() - before;
    tokens += micro.rows.length * micro.length;
  }
  await trainee.state.update(0, 1);
  const before = now();
  await trainee.state.update(0, 1);
  const updateSeconds = now() - before, secondsPerToken = gradientSeconds / Math.max(1, tokens);
  const epochSeconds = secondsPerToken * (epoch.computed + dev.computed * evaluationShare) + updateSeconds * batches.length;
  return {
    seconds: epochSeconds * epochs, steps: batches.length * epochs, padding: 1 - epoch.real / epoch.computed,
    tokensPerSecond: epoch.real / (secondsPerToken * epoch.computed + updateSeconds * batches.length),
  };
}
