import { add, divide, minimum, multiply, sqrt, subtract } from '../graph/operators/elementwise.ts';
import type { Tensor } from '../graph/tensor.ts';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled decay; none on biases and LayerNorm. */
  readonly weightDecay: number;
  /** Largest global norm of the gradients; larger ones are scaled down to it. Infinity: no clipping. */
  readonly maxGradientNorm: number;
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1 };

/** A weight with its gradient and the running means of the gradient and of its square, all of one shape. */
export interface AdamWState {
  readonly weight: Tensor;
  readonly gradient: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

/** What changes from step to step, float32 `[]` each. See `adamWScalars`. */
export interface AdamWScalars {
  readonly stepSize: Tensor;
  readonly scaledEpsilon: Tensor;
  /** 1 - learning rate * decay. */
  readonly shrinkage: Tensor;
}

/**
 * The numbers of step `step` (from 1), worked out in double precision. The bias corrections of Kingma and Ba 2015 are
 * folded into the step size and epsilon, so that the moments are never divided:
 * lr (m / c1) / (sqrt(v / c2) + e) = (lr sqrt(c2) / c1) m / (sqrt(v) + e sqrt(c2)).
 */
export function adamWScalars({ beta1, beta2, epsilon, weightDecay }: AdamWOptions, learningRate: number, step: number): { stepSize: number; scaledEpsilon: number; shrinkage: number } {
  const correction = Math.sqrt(1 - beta2 ** step);
  return { stepSize: (learningRate * correction) / (1 - beta1 ** step), scaledEpsilon: epsilon * correction, shrinkage: 1 - learningRate * weightDecay };
}

/** min(1, largest / norm): what every gradient is multiplied with. `squares` is the sum of all squared gradients, `[]`. */
export function clippingScale(squares: Tensor, largest: Tensor): { norm: Tensor; scale: Tensor } {
  const norm = sqrt(squares);
  return { norm, scale: minimum(divide(largest, add(norm, 1e-6)), 1) };
}

/** One step of AdamW (Loshchilov and Hutter 2019), as PyTorch orders it: decay first, then the update. */
export function adamW(state: AdamWState, gradientScale: Tensor, { beta1, beta2 }: AdamWOptions, scalars: AdamWScalars, decays: boolean): Omit<AdamWState, 'gradient'> {
  // Clipping goes with the moments' own factors, which saves a pass over the gradient.
  const forFirst = multiply(gradientScale, 1 - beta1), forSecond = multiply(gradientScale, Math.sqrt(1 - beta2));
  const root = multiply(state.gradient, forSecond);
  const firstMoment = add(multiply(state.firstMoment, beta1), multiply(state.gradient, forFirst));
  const secondMoment = add(multiply(state.secondMoment, beta2), multiply(root, root));
  const change = divide(multiply(firstMoment, scalars.stepSize), add(sqrt(secondMoment), scalars.scaledEpsilon));
  const weight = decays ? multiply(state.weight, scalars.shrinkage) : state.weight;
  return { weight: subtract(weight, change), firstMoment, secondMoment };
}
