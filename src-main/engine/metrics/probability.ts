/** scikit-learn clips float64 probabilities by this, so that a certain and wrong answer costs 36 and not infinity. */
const clip = Number.EPSILON;
const clippedLog = (probability: number): number => Math.log(Math.min(Math.max(probability, clip), 1 - clip));

/** Mean of -ln(probability of the gold label). `gold` are label indexes `[rows]`, `probabilities` `[rows, labelCount]`. NaN without rows. */
export function logLoss(gold: ArrayLike<number>, probabilities: ArrayLike<number>, labelCount: number): number {
  let loss = 0;
  for (let row = 0; row < gold.length; row++) loss -= clippedLog(probabilities[row * labelCount + gold[row]!]!);
  return loss / gold.length;
}

/** Mean over rows and labels of -ln(probability of the right decision). `gold` (1 or 0) and `probabilities` have one shape. */
export function binaryLogLoss(gold: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  let loss = 0;
  for (let index = 0; index < gold.length; index++) {
    loss -= clippedLog(gold[index] === 1 ? probabilities[index]! : 1 - probabilities[index]!);
  }
  return loss / gold.length;
}

/** Brier (1950): mean over rows of the sum over labels of (probability - [label is gold])^2, 0 to 2. Arguments as in `logLoss`. */
export function brierScore(gold: ArrayLike<number>, probabilities: ArrayLike<number>, labelCount: number): number {
  let squares = 0;
  for (let index = 0; index < probabilities.length; index++) {
    const truth = gold[Math.floor(index / labelCount)] === index % labelCount ? 1 : 0;
    squares += (probabilities[index]! - truth) ** 2;
  }
  return squares / gold.length;
}
