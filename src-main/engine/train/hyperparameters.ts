import type { Schedule } from '../optim/schedule.ts';

/** Everything that shapes a run, besides data and model. */
export interface Hyperparameters {
  readonly epochs: number;
  /** Peak. */
  readonly learningRate: number;
  /** Rows of one optimiser step. */
  readonly batchSize: number;
  /** Share of all steps over which the learning rate rises. */
  readonly warmupRatio: number;
  readonly schedule: Schedule;
  readonly weightDecay: number;
  readonly maxGradientNorm: number;
  /** Tokens, special ones included. */
  readonly maxLength: number;
  /** Most tokens that go through the model at once; larger steps accumulate gradients. */
  readonly tokenBudget: number;
  /** Evaluations without a better score after which training stops. */
  readonly patience: number;
  /** Computes activations again in the backward pass, to save memory. */
  readonly recompute: boolean;
  readonly seed: number;
}

export interface Circumstances {
  readonly rows: number;
  /** Longest row in tokens, uncut. */
  readonly longest: number;
  /** Parameters of the encoder's layers, without embeddings. */
  readonly parameters: number;
  /** Positions the model has. */
  readonly maxPositions: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly fromScratch: boolean;
}

/** A choice with the reason for it. */
export interface Picked { readonly values: Hyperparameters; readonly reasons: Readonly<Partial<Record<keyof Hyperparameters, string>>> }

// From 3e-5 for BERT-base's layers to 3e-4 for those of a model of four layers of 256.
const baseParameters = 85e6, baseRate = 3e-5, exponent = 0.7;
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
/** One digit is all the accuracy a learning rate has. */
const rounded = (value: number) => Number(value.toPrecision(1));

/** Starting values by the rules of thumb of the BERT paper and its smaller models, scaled to model and data. */
export function pickHyperparameters({ rows, longest, parameters, maxPositions, hiddenSize, layers, heads, fromScratch }: Circumstances, seed: number): Picked {
  const epochs = rows < 1_000 ? 10 : rows < 5_000 ? 5 : rows < 50_000 ? 3 : 2;
  const learningRate = rounded(clamp(baseRate * (baseParameters / parameters) ** exponent, 1e-5, fromScratch ? 1e-3 : 5e-4));
  const maxLength = Math.min(maxPositions, longest);
  // Activations of one token in float32: about 34 hidden sizes a layer, and the attention's own.
  const activationBytes = 4 * layers * (34 * hiddenSize + 4 * heads * maxLength);
  const tokenBudget = clamp(Math.floor(2e9 / activationBytes), maxLength, 16_384);
  return {
    values: {
      epochs, learningRate, batchSize: rows < 1_000 ? 16 : 32, warmupRatio: 0.1, schedule: 'linear', weightDecay: 0.01, maxGradientNorm: 1, maxLength, tokenBudget,
      patience: epochs > 5 ? 3 : 2, recompute: false, seed,
    },
    reasons: {
      epochs: `${rows} training rows`,
      learningRate: `${(parameters / 1e6).toPrecision(2)} million encoder parameters`,
      batchSize: `${rows} training rows`,
      maxLength: longest > maxPositions ? `the model has ${maxPositions} positions; the longest row has ${longest} tokens` : `the longest row has ${longest} tokens`,
    },
  };
}
