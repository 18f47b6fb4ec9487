/** What a model gives for `rows` rows of `labelCount` labels: flat, row after row, finite. Logits or the probabilities they stand for. */
export type ModelOutputs = { readonly logits: ArrayLike<number> } | { readonly probabilities: ArrayLike<number> };

/** Softmax over each row of `logits` `[rows, labelCount]`, flat. The row's highest logit is taken off first, so that none overflows. */
export function softmax(logits: ArrayLike<number>, labelCount: number): Float64Array {
  const probabilities = Float64Array.from(logits);
  for (let start = 0; start < probabilities.length; start += labelCount) {
    const end = start + labelCount;
    let [highest, sum] = [-Infinity, 0];
    for (let index = start; index < end; index++) highest = Math.max(highest, probabilities[index]!);
    for (let index = start; index < end; index++) sum += probabilities[index] = Math.exp(probabilities[index]! - highest);
    for (let index = start; index < end; index++) probabilities[index]! /= sum;
  }
  return probabilities;
}

/** The logistic function of each element; the shape stays. The exponent is never positive, so that none overflows. */
export function sigmoid(logits: ArrayLike<number>): Float64Array {
  return Float64Array.from(logits, logit => {
    const exponential = Math.exp(-Math.abs(logit));
    return logit >= 0 ? 1 / (1 + exponential) : exponential / (1 + exponential);
  });
}

/** The index of the highest value of each row of `values` `[rows, labelCount]`; of a tie the first. */
export function argMax(values: ArrayLike<number>, labelCount: number): Int32Array {
  return Int32Array.from({ length: values.length / labelCount }, (_, row) => {
    let best = 0;
    for (let label = 1; label < labelCount; label++) {
      if (values[row * labelCount + label]! > values[row * labelCount + best]!) best = label;
    }
    return best;
  });
}

/** Column `label` of `values` `[rows, labelCount]`. */
export const column = (values: ArrayLike<number>, labelCount: number, label: number): Float64Array =>
  Float64Array.from({ length: values.length / labelCount }, (_, row) => values[row * labelCount + label]!);
