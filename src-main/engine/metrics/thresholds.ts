import { sum } from './means.ts';
import { column } from './model-outputs.ts';
import { risingOrder } from './ranks.ts';

export const defaultThreshold = 0.5;

/**
 * The threshold of each label, `[labelCount]`, with the highest F1 of that label on these rows: the dev split, never the test split.
 * `probabilities` and `gold` (1 or 0) are `[rows, labelCount]`. A label keeps 0.5 where nothing does better, and where it has no gold.
 */
export const tuneThresholds = (probabilities: ArrayLike<number>, gold: ArrayLike<number>, labelCount: number): Float64Array =>
  Float64Array.from({ length: labelCount }, (_, label) =>
    tuneThreshold(column(probabilities, labelCount, label), column(gold, labelCount, label)),
  );

function tuneThreshold(probabilities: Float64Array, gold: Float64Array): number {
  const order = risingOrder(probabilities).reverse();
  const support = sum(gold);
  const f1 = (found: number, predicted: number): number => (2 * found) / (predicted + support);
  const above = order.filter(row => probabilities[row]! >= defaultThreshold);
  let threshold = defaultThreshold;
  let best = f1(sum(Array.from(above, row => gold[row]!)), above.length);
  let found = 0;
  order.forEach((row, place) => {
    found += gold[row]!;
    const lowest = probabilities[row]!;
    const next = probabilities[order[place + 1]!] ?? 0;
    if (next === lowest && place + 1 < order.length) return;
    // Without gold every F1 is 0, or NaN for the default: nothing is better.
    if (!(f1(found, place + 1) > best)) return;
    best = f1(found, place + 1);
    threshold = between(next, lowest);
  });
  return threshold;
}

/** Half way, as new rows will fall on both sides. Neighbouring numbers have no middle; the higher one still parts them. */
function between(low: number, high: number): number {
  const middle = (low + high) / 2;
  return middle > low ? middle : high;
}
