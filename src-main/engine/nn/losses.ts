import { add, absolute, exp, log, maximum, multiply, negate, subtract } from '../graph/operators/elementwise.ts';
import { pick } from '../graph/operators/indexing.ts';
import { reshape } from '../graph/operators/layout.ts';
import { logSumExp } from '../graph/operators/normalisation.ts';
import { mean, sum } from '../graph/operators/reduce.ts';
import { scalar, type Tensor } from '../graph/tensor.ts';

// Every loss is a weighted sum over rows. A row that does not count has weight 0; the weights of the others add up to 1
// over all the batches of one optimiser step, so that accumulating gradients gives the mean over the real labels.

/** log softmax over the last axis. */
export const logSoftmax = (logits: Tensor): Tensor => subtract(logits, logSumExp(logits));

/**
 * Cross-entropy of `logits [rows, classes]` with class numbers `labels [rows]` (int32), weighted by `weights [rows]`.
 * A label outside the classes, such as -100, needs weight 0.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, weights: Tensor): Tensor {
  const rows = subtract(reshape(logSumExp(logits), labels.shape), pick(logits, labels));
  return sum(multiply(rows, weights));
}

/** Binary cross-entropy of `logits [rows, labels]` with `targets` of the same shape in 0..1, averaged over labels, weighted by `weights [rows]`. */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  // max(x, 0) - x t + log(1 + exp(-|x|)), which never overflows.
  const softplus = log(add(exp(negate(absolute(logits))), 1));
  const elements = add(subtract(maximum(logits, 0), multiply(logits, targets)), softplus);
  return sum(multiply(mean(elements, [-1]), weights));
}

/** Squared error of `predictions [rows, outputs]`, averaged over outputs, weighted by `weights [rows]`. */
export function meanSquaredError(predictions: Tensor, targets: Tensor, weights: Tensor): Tensor {
  const error = subtract(predictions, targets);
  return sum(multiply(mean(multiply(error, error), [-1]), weights));
}

// The smallest number float32 holds in full is a little below; a GPU may take smaller ones for zero.
const smallest = 2e-38;

/** KL(target || softmax(logits)) for target probabilities `[rows, classes]`, weighted by `weights [rows]`; 0 log 0 is 0. */
export function klDivergence(logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  const entropy = multiply(targets, log(maximum(targets, scalar(smallest))));
  return sum(multiply(sum(subtract(entropy, multiply(targets, logSoftmax(logits))), [-1]), weights));
}
