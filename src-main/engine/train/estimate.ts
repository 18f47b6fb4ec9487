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
  // Batches come in random order: the first few are a fair sample.
  let tokens = 0, gradientSeconds = 0;
  for (const [index, [micro]] of batches.slice(0, measured).entries()) {
    if (!micro) continue;
    const { arrays } = trainingBatch(data, micro, 1 / micro.rows.length, 0);
    // The first run pays for the allocations, and on a GPU the first of every shape for its kernels.
    if (index === 0 || data.batching.lengthMultiple > 1) await trainee.gradients(arrays);
    const before = now();
    await trainee.gradients(arrays);
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
