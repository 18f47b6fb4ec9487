/** One parameter. Always float32 in memory, row-major: `data.length` is the product of `shape`; a scalar has shape `[]`. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters by their full name. No two tensors share memory, so each can be changed in place. */
export type Weights = Map<string, WeightTensor>;

/** What a weight file gives. */
export interface ReadWeights {
  readonly weights: Weights;
  /** Names of the integer tensors in the file: id buffers, never parameters. */
  readonly skipped: readonly string[];
}

/** Product of the dimensions, or undefined if one is no length (negative, fractional, not a number) or the product is past 2^53. */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const length of shape) {
    if (!isLength(length)) return undefined;
    count *= length;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** True for an integer from 0 to 2^53 - 1. */
export const isLength = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
