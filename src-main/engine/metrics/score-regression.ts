import type { RegressionMetrics } from '../../../shared/domain/metrics.ts';
import { bootstrapIntervals, type BootstrapOptions } from './bootstrap.ts';
import { kendallTau } from './kendall.ts';
import { once, risingOrder } from './ranks.ts';
import { meanAbsoluteError, meanSquaredError, pearson, r2, spearman } from './regression.ts';
import { requireShape } from './shape.ts';

/** Both `[rows]`, finite. */
export interface RegressionResults {
  readonly gold: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/** Throws a RangeError where the two differ in length. */
export function scoreRegression({ gold, predicted }: RegressionResults, options: BootstrapOptions = {}): RegressionMetrics {
  requireShape(predicted, gold.length, 1);
  const orderedGold = { values: gold, order: risingOrder(gold) };
  const orderedPredicted = { values: predicted, order: risingOrder(predicted) };
  const scoresOf = (repeats: ArrayLike<number>) => {
    const squaredError = meanSquaredError(gold, predicted, repeats);
    return {
      meanSquaredError: squaredError,
      rootMeanSquaredError: Math.sqrt(squaredError),
      meanAbsoluteError: meanAbsoluteError(gold, predicted, repeats),
      r2: r2(gold, predicted, repeats),
      pearson: pearson(gold, predicted, repeats),
      spearman: spearman(orderedGold, orderedPredicted, repeats),
    };
  };
  const everyRow = once(gold.length);
  return {
    rows: gold.length,
    scores: { ...scoresOf(everyRow), kendall: kendallTau(gold, predicted) },
    intervals: bootstrapIntervals(everyRow, scoresOf, options),
  };
}
