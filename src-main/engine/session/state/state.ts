import type { Value } from '../native/value.ts';

/** All that training changes, in the order of a `Layout`: what a checkpoint holds. */
export interface StateArrays {
  readonly weights: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
}

/** Weights, gradients and moments where a device keeps them. */
export interface TrainingState {
  /** By parameter name, as a graph's inputs want them. Valid until the next `update`. */
  readonly weights: ReadonlyMap<string, Value>;
  /** By parameter name: what a gradient graph writes to. */
  readonly gradients: ReadonlyMap<string, Value>;
  /** Adds `gradients` to a running sum, which the next `update` uses instead of them. */
  accumulate(): Promise<void>;
  /** Clips by the global norm, applies AdamW's step number `step` (from 1), and forgets the running sum. Returns the norm before clipping. */
  update(learningRate: number, step: number): Promise<number>;
  /** Copies of the arrays; the weights alone are read faster with `readWeights`. */
  read(): Promise<StateArrays>;
  readWeights(): Promise<Float32Array>;
  write(arrays: StateArrays): Promise<void>;
  dispose(): void;
}

