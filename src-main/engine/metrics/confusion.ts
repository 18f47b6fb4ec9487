import { emptyLabelCounts, type LabelCounts } from './label-counts.ts';
import { mean, sum } from './means.ts';

/** Rows `[gold][predicted]`: how many of each pair. `gold` and `predicted` are label indexes `[rows]`. */
export function confusionMatrix(gold: ArrayLike<number>, predicted: ArrayLike<number>, labelCount: number): number[][] {
  const matrix = Array.from({ length: labelCount }, () => new Array<number>(labelCount).fill(0));
  for (let row = 0; row < gold.length; row++) matrix[gold[row]!]![predicted[row]!]!++;
  return matrix;
}

/** Label indexes and rows of each filled cell of a confusion matrix. Three arrays of one length. */
export interface ConfusionCells {
  readonly gold: readonly number[];
  readonly predicted: readonly number[];
  readonly rows: readonly number[];
}

export function filledCells(matrix: readonly (readonly number[])[]): ConfusionCells {
  const cells = { gold: [] as number[], predicted: [] as number[], rows: [] as number[] };
  matrix.forEach((counts, gold) => {
    counts.forEach((rows, predicted) => {
      if (rows === 0) return;
      cells.gold.push(gold);
      cells.predicted.push(predicted);
      cells.rows.push(rows);
    });
  });
  return cells;
}

/** `rows[cell]` may differ from `cells.rows`: a resample of them. */
export function countLabels(cells: ConfusionCells, rows: ArrayLike<number>, labelCount: number): LabelCounts {
  const counts = emptyLabelCounts(sum(rows), labelCount);
  for (let cell = 0; cell < rows.length; cell++) {
    const gold = cells.gold[cell]!;
    const predicted = cells.predicted[cell]!;
    counts.support[gold]! += rows[cell]!;
    counts.predicted[predicted]! += rows[cell]!;
    if (gold === predicted) counts.truePositives[gold]! += rows[cell]!;
  }
  return counts;
}

/** NaN without rows. */
export const accuracy = (counts: LabelCounts): number => sum(counts.truePositives) / counts.rows;

/** The mean recall of the labels that occur in the gold. */
export function balancedAccuracy({ truePositives, support }: LabelCounts): number {
  const recalls = Array.from(support, (rows, label) => truePositives[label]! / rows);
  return mean(recalls.filter((_, label) => support[label]! > 0));
}

/** Matthews correlation for any number of labels: Gorodkin (2004), the R_K statistic. 0 where gold or prediction is constant. */
export function matthewsCorrelation({ rows, truePositives, predicted, support }: LabelCounts): number {
  let [chance, predictedSquares, goldSquares] = [0, 0, 0];
  for (let label = 0; label < support.length; label++) {
    chance += predicted[label]! * support[label]!;
    predictedSquares += predicted[label]! ** 2;
    goldSquares += support[label]! ** 2;
  }
  const spread = (rows ** 2 - predictedSquares) * (rows ** 2 - goldSquares);
  return spread === 0 ? 0 : (sum(truePositives) * rows - chance) / Math.sqrt(spread);
}

/** What a disagreement between two labels costs, by their distance in the label order. */
const disagreements = {
  nominal: (distance: number) => (distance === 0 ? 0 : 1),
  linear: (distance: number) => Math.abs(distance),
  quadratic: (distance: number) => distance ** 2,
};

/** Cohen (1960), weighted: Cohen (1968). NaN where both sides use one and the same label only. */
export function cohenKappa(matrix: readonly (readonly number[])[], scale: keyof typeof disagreements = 'nominal'): number {
  const golds = matrix.map(counts => sum(counts));
  const predictions = matrix.map((_, predicted) => sum(matrix.map(counts => counts[predicted]!)));
  let [observed, expected] = [0, 0];
  golds.forEach((goldRows, gold) => {
    predictions.forEach((predictedRows, predicted) => {
      const cost = disagreements[scale](gold - predicted);
      observed += cost * matrix[gold]![predicted]!;
      expected += (cost * goldRows * predictedRows) / sum(golds);
    });
  });
  return 1 - observed / expected;
}
