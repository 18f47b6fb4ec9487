import { sum } from './means.ts';
import { middleRanks } from './ranks.ts';

/**
 * The functions here take the rows of a sample as `repeats` `[rows]`: how often each row is in it, so that a resample needs no
 * copy and no new sorting. `gold` and `predicted` are `[rows]`. All give NaN without rows.
 */

export function meanSquaredError(gold: ArrayLike<number>, predicted: ArrayLike<number>, repeats: ArrayLike<number>): number {
  let squares = 0;
  for (let row = 0; row < gold.length; row++) squares += repeats[row]! * (predicted[row]! - gold[row]!) ** 2;
  return squares / sum(repeats);
}

export function meanAbsoluteError(gold: ArrayLike<number>, predicted: ArrayLike<number>, repeats: ArrayLike<number>): number {
  let errors = 0;
  for (let row = 0; row < gold.length; row++) errors += repeats[row]! * Math.abs(predicted[row]! - gold[row]!);
  return errors / sum(repeats);
}

/** The share of the gold's variance that is explained. A constant gold: 1 if all is right, else 0, as in scikit-learn. NaN below two rows. */
export function r2(gold: ArrayLike<number>, predicted: ArrayLike<number>, repeats: ArrayLike<number>): number {
  const rows = sum(repeats);
  if (rows < 2) return Number.NaN;
  const error = meanSquaredError(gold, predicted, repeats);
  if (isConstant(gold, repeats)) return error === 0 ? 1 : 0;
  const goldMean = meanOf(gold, repeats);
  let squares = 0;
  for (let row = 0; row < gold.length; row++) squares += repeats[row]! * (gold[row]! - goldMean) ** 2;
  return 1 - error / (squares / rows);
}

/** Product-moment correlation, from deviations from the mean: sums of raw squares would cancel. NaN where either side is constant. */
export function pearson(left: ArrayLike<number>, right: ArrayLike<number>, repeats: ArrayLike<number>): number {
  if (isConstant(left, repeats) || isConstant(right, repeats)) return Number.NaN;
  const leftMean = meanOf(left, repeats);
  const rightMean = meanOf(right, repeats);
  let [product, leftSquares, rightSquares] = [0, 0, 0];
  for (let row = 0; row < left.length; row++) {
    const leftDeviation = left[row]! - leftMean;
    const rightDeviation = right[row]! - rightMean;
    product += repeats[row]! * leftDeviation * rightDeviation;
    leftSquares += repeats[row]! * leftDeviation ** 2;
    rightSquares += repeats[row]! * rightDeviation ** 2;
  }
  // Rounding can carry a perfect correlation past 1.
  return Math.min(Math.max(product / Math.sqrt(leftSquares) / Math.sqrt(rightSquares), -1), 1);
}

/** A column with the order of its rows by value, which all of its resamples share. */
export interface OrderedColumn {
  readonly values: ArrayLike<number>;
  /** `risingOrder(values)`. */
  readonly order: ArrayLike<number>;
}

/** Pearson's correlation of the ranks, ties sharing the middle one. NaN where either side is constant. */
export const spearman = (left: OrderedColumn, right: OrderedColumn, repeats: ArrayLike<number>): number =>
  pearson(middleRanks(left.values, left.order, repeats), middleRanks(right.values, right.order, repeats), repeats);

function meanOf(values: ArrayLike<number>, repeats: ArrayLike<number>): number {
  let total = 0;
  for (let row = 0; row < values.length; row++) total += repeats[row]! * values[row]!;
  return total / sum(repeats);
}

/** A constant's deviations from its mean are rounding errors, seldom 0: the values themselves decide. True without rows. */
function isConstant(values: ArrayLike<number>, repeats: ArrayLike<number>): boolean {
  let first: number | undefined;
  for (let row = 0; row < values.length; row++) {
    if (repeats[row]! === 0) continue;
    first ??= values[row]!;
    if (values[row] !== first) return false;
  }
  return true;
}
