import { expect } from 'vitest';

const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((result, value) => Math.max(result, Math.abs(value)), 0);

/** The largest difference between two arrays, as a share of the largest of `expected`. Infinite where one has no number. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>, scale = largest(expected)): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    const here = Math.abs(actual[index]! - expected[index]!);
    if (!(here <= difference)) difference = Number.isNaN(here) ? Infinity : here;
  }
  return difference === 0 ? 0 : difference / scale;
}

export const absoluteDifference = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => relativeDifference(actual, expected, 1);

/** Fails with `what` unless `actual` is `expected` within `tolerance` of the largest of `expected`. */
export const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what = 'relative difference'): void =>
  expect(relativeDifference(actual, expected), what).toBeLessThanOrEqual(tolerance);
