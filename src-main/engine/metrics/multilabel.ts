import type { PrecisionRecallF1 } from '../../../shared/domain/metrics.ts';
import { emptyLabelCounts, precisionRecallF1, type LabelCounts, type ZeroDivision } from './label-counts.ts';
import { sum } from './means.ts';

/** One way in which a row can turn out: which labels are in its gold and which are predicted (label indexes). Rows alike share it. */
export interface Outcome {
  readonly gold: readonly number[];
  readonly predicted: readonly number[];
  /** The labels that are both. */
  readonly hits: readonly number[];
}

export interface MultilabelOutcomes {
  readonly labelCount: number;
  readonly kinds: readonly Outcome[];
  /** How many rows turned out so, `[kinds]`. */
  readonly rows: readonly number[];
}

/** 1 where a probability reaches its label's threshold, else 0. `probabilities` are `[rows, labels]`, `thresholds` `[labels]`. */
export const decide = (probabilities: ArrayLike<number>, thresholds: ArrayLike<number>): Uint8Array =>
  Uint8Array.from(probabilities, (probability, index) => (probability >= thresholds[index % thresholds.length]! ? 1 : 0));

/** `gold` and `predicted` are 1 or 0, `[rows, labelCount]`. */
export function groupOutcomes(gold: ArrayLike<number>, predicted: ArrayLike<number>, labelCount: number): MultilabelOutcomes {
  const kinds: Outcome[] = [];
  const rows: number[] = [];
  const known = new Map<string, number>();
  for (let start = 0; start < gold.length; start += labelCount) {
    const outcome = outcomeOfRow(gold, predicted, start, labelCount);
    const name = `${outcome.gold.join()}|${outcome.predicted.join()}`;
    const kind = known.get(name) ?? kinds.push(outcome) - 1;
    known.set(name, kind);
    rows[kind] = (rows[kind] ?? 0) + 1;
  }
  return { labelCount, kinds, rows };
}

function outcomeOfRow(gold: ArrayLike<number>, predicted: ArrayLike<number>, start: number, labelCount: number): Outcome {
  const labels = Array.from({ length: labelCount }, (_, label) => label);
  const isGold = (label: number): boolean => gold[start + label] === 1;
  const isPredicted = (label: number): boolean => predicted[start + label] === 1;
  return {
    gold: labels.filter(isGold),
    predicted: labels.filter(isPredicted),
    hits: labels.filter(label => isGold(label) && isPredicted(label)),
  };
}

/** `rows[kind]` may differ from `outcomes.rows`: a resample of them. */
export function countOutcomes({ kinds, labelCount }: MultilabelOutcomes, rows: ArrayLike<number>): LabelCounts {
  const counts = emptyLabelCounts(sum(rows), labelCount);
  for (let kind = 0; kind < kinds.length; kind++) {
    const repeats = rows[kind]!;
    if (repeats === 0) continue;
    const { gold, predicted, hits } = kinds[kind]!;
    for (const label of gold) counts.support[label]! += repeats;
    for (const label of predicted) counts.predicted[label]! += repeats;
    for (const label of hits) counts.truePositives[label]! += repeats;
  }
  return counts;
}

/** The share of rows whose predicted labels are exactly the gold ones. `rows` as in `countOutcomes`. */
export function subsetAccuracy({ kinds }: MultilabelOutcomes, rows: ArrayLike<number>): number {
  let exact = 0;
  kinds.forEach(({ gold, predicted, hits }, kind) => {
    if (hits.length === gold.length && hits.length === predicted.length) exact += rows[kind]!;
  });
  return exact / sum(rows);
}

/** The share of wrong decisions among all rows and labels. */
export const hammingLoss = ({ rows, truePositives, predicted, support }: LabelCounts): number =>
  (sum(predicted) + sum(support) - 2 * sum(truePositives)) / (rows * support.length);

export interface SampleScores extends PrecisionRecallF1 {
  readonly jaccard: number;
}

/** Means over rows of what is measured between one row's gold and predicted labels. */
export function sampleScores({ kinds, rows }: MultilabelOutcomes, zeroDivision: ZeroDivision = 0): SampleScores {
  let [precision, recall, f1, jaccard] = [0, 0, 0, 0];
  kinds.forEach(({ gold, predicted, hits }, kind) => {
    const scores = precisionRecallF1(hits.length, predicted.length, gold.length, zeroDivision);
    const union = gold.length + predicted.length - hits.length;
    precision += rows[kind]! * scores.precision;
    recall += rows[kind]! * scores.recall;
    f1 += rows[kind]! * scores.f1;
    jaccard += rows[kind]! * (union > 0 ? hits.length / union : zeroDivision);
  });
  const total = sum(rows);
  return { precision: precision / total, recall: recall / total, f1: f1 / total, jaccard: jaccard / total };
}
