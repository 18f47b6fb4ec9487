import type { AdamWOptions } from '../../../src-main/engine/optim/adamw.ts';

/** One weight tensor with its moments, in double precision. */
export interface ReferenceState { readonly weight: Float64Array; readonly firstMoment: Float64Array; readonly secondMoment: Float64Array }

export const globalNorm = (gradients: readonly ArrayLike<number>[]): number => Math.sqrt(gradients.reduce((total, gradient) => total + Array.from(gradient).reduce((sum, value) => sum + value * value, 0), 0));

/** What `torch.nn.utils.clip_grad_norm_` multiplies every gradient with. */
export const clipCoefficient = (norm: number, largest: number): number => Math.min(1, largest / (norm + 1e-6));

/** One step of `torch.optim.AdamW`, in place: decay, moments, bias corrections, update, each by itself. */
export function referenceAdamW(state: ReferenceState, gradient: ArrayLike<number>, { beta1, beta2, epsilon, weightDecay }: AdamWOptions, learningRate: number, step: number, decays: boolean): void {
  for (let index = 0; index < gradient.length; index++) {
    const g = gradient[index]!;
    if (decays) state.weight[index]! -= learningRate * weightDecay * state.weight[index]!;
    const first = beta1 * state.firstMoment[index]! + (1 - beta1) * g, second = beta2 * state.secondMoment[index]! + (1 - beta2) * g * g;
    state.weight[index]! -= (learningRate * first) / (1 - beta1 ** step) / (Math.sqrt(second / (1 - beta2 ** step)) + epsilon);
    state.firstMoment[index] = first;
    state.secondMoment[index] = second;
  }
}
