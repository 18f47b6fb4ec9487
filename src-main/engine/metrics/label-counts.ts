import type { PrecisionRecallF1 } from '../../../shared/domain/metrics.ts';
import { sum } from './means.ts';

/** All that precision, recall and F1 need, for single-label and multi-label results alike. Each array is `[labels]`. */
export interface LabelCounts {
  readonly rows: number;
  /** Rows where the label is in the gold and predicted. */
  readonly truePositives: Float64Array;
  /** Rows where it is predicted. */
  readonly predicted: Float64Array;
  /** Rows where it is in the gold. */
  readonly support: Float64Array;
}

/** The value of an undefined precision, recall or F1: scikit-learn's `zero_division`. */
export type ZeroDivision = 0 | 1;

export const emptyLabelCounts = (rows: number, labelCount: number): LabelCounts => ({
  rows,
  truePositives: new Float64Array(labelCount),
  predicted: new Float64Array(labelCount),
  support: new Float64Array(labelCount),
});

/** F1 is undefined only where a label is neither predicted nor in the gold; F1 = 2 TP / (predicted + support), as scikit-learn has it. */
export function precisionRecallF1(
  truePositives: number,
  predicted: number,
  support: number,
  zeroDivision: ZeroDivision = 0,
): PrecisionRecallF1 {
  return {
    precision: predicted > 0 ? truePositives / predicted : zeroDivision,
    recall: support > 0 ? truePositives / support : zeroDivision,
    f1: predicted + support > 0 ? (2 * truePositives) / (predicted + support) : zeroDivision,
  };
}

export const perLabelScores = (counts: LabelCounts, zeroDivision: ZeroDivision = 0): PrecisionRecallF1[] =>
  Array.from(counts.support, (support, label) =>
    precisionRecallF1(counts.truePositives[label]!, counts.predicted[label]!, support, zeroDivision),
  );

export interface AveragedScores {
  /** The plain mean over labels. */
  readonly macro: PrecisionRecallF1;
  /** Of all decisions counted together. */
  readonly micro: PrecisionRecallF1;
  /** The mean over labels by their support. */
  readonly weighted: PrecisionRecallF1;
}

export function averageScores(counts: LabelCounts, zeroDivision: ZeroDivision = 0): AveragedScores {
  const labels = perLabelScores(counts, zeroDivision);
  const support = sum(counts.support);
  return {
    macro: weightedMean(labels, () => 1),
    micro: precisionRecallF1(sum(counts.truePositives), sum(counts.predicted), support, zeroDivision),
    // Without any gold there is nothing to weigh by: the labels count alike, as in scikit-learn.
    weighted: weightedMean(labels, label => (support > 0 ? counts.support[label]! : 1)),
  };
}

function weightedMean(scores: readonly PrecisionRecallF1[], weight: (index: number) => number): PrecisionRecallF1 {
  let [precision, recall, f1, total] = [0, 0, 0, 0];
  scores.forEach((score, index) => {
    precision += weight(index) * score.precision;
    recall += weight(index) * score.recall;
    f1 += weight(index) * score.f1;
    total += weight(index);
  });
  return { precision: precision / total, recall: recall / total, f1: f1 / total };
}

/** The columns that every table of labels has, by label. */
export const labelRows = (labels: readonly string[], counts: LabelCounts): (PrecisionRecallF1 & { label: string; support: number; predicted: number; truePositives: number })[] =>
  perLabelScores(counts).map((scores, label) => ({
    label: labels[label]!,
    ...scores,
    support: counts.support[label]!,
    predicted: counts.predicted[label]!,
    truePositives: counts.truePositives[label]!,
  }));
