import { mean } from './means.ts';
import { column } from './model-outputs.ts';

/** How well scores part the positive rows from the negative ones. */
export interface RankingScores {
  /**
   * The area under the ROC curve: the chance that a positive row scores above a negative one, a tie counting half.
   * NaN where either kind is missing.
   */
  readonly auc: number;
  /**
   * The sum over falling thresholds of recall gained x precision there, without interpolation; in other words
   * the mean, over the positive rows, of the precision at their own score. NaN without a positive row.
   */
  readonly averagePrecision: number;
}

/** `positive` (1 or 0) and `scores` are `[rows]`. */
export function rankingScores(positive: ArrayLike<number>, scores: ArrayLike<number>): RankingScores {
  const rows = Float64Array.from(scores);
  const positives = rows.filter((_, row) => positive[row] === 1).sort();
  const negatives = rows.filter((_, row) => positive[row] !== 1).sort();
  let [positivesBelow, negativesBelow, negativesNotAbove] = [0, 0, 0];
  let [orderedPairs, precisions] = [0, 0];
  for (const score of positives) {
    while (positives[positivesBelow]! < score) positivesBelow += 1;
    while (negatives[negativesBelow]! < score) negativesBelow += 1;
    while (negatives[negativesNotAbove]! <= score) negativesNotAbove += 1;
    orderedPairs += (negativesBelow + negativesNotAbove) / 2;
    const found = positives.length - positivesBelow;
    precisions += found / (found + negatives.length - negativesBelow);
  }
  return {
    auc: orderedPairs / (positives.length * negatives.length),
    averagePrecision: precisions / positives.length,
  };
}

/** 1 where `gold` `[rows]` is `label`, else 0. */
const isLabel = (gold: ArrayLike<number>, label: number): Uint8Array =>
  Uint8Array.from({ length: gold.length }, (_, row) => (gold[row] === label ? 1 : 0));

/** Each label against the rest, `[labelCount]`. `gold` are label indexes `[rows]`, `scores` `[rows, labelCount]`. */
export const rankOneAgainstRest = (gold: ArrayLike<number>, scores: ArrayLike<number>, labelCount: number): RankingScores[] =>
  Array.from({ length: labelCount }, (_, label) => rankingScores(isLabel(gold, label), column(scores, labelCount, label)));

/**
 * Hand and Till (2001), eq. 7: over all pairs of labels, among the rows of either, the mean of both labels' areas.
 * Arguments as in `rankOneAgainstRest`. NaN where a label has no gold row.
 */
export function rocAucOneAgainstOne(gold: ArrayLike<number>, scores: ArrayLike<number>, labelCount: number): number {
  const areas: number[] = [];
  const areaAmongPair = (label: number, other: number): number => {
    const rows = Array.from(gold, (_, row) => row).filter(row => gold[row] === label || gold[row] === other);
    const positive = rows.map(row => (gold[row] === label ? 1 : 0));
    const scoresOfPair = rows.map(row => scores[row * labelCount + label]!);
    return rankingScores(positive, scoresOfPair).auc;
  };
  for (let first = 0; first < labelCount; first++) {
    for (let second = first + 1; second < labelCount; second++) {
      areas.push((areaAmongPair(first, second) + areaAmongPair(second, first)) / 2);
    }
  }
  return mean(areas);
}
