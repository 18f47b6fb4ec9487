import { input, type Tensor } from '../graph/tensor.ts';

/** How a weight starts when it is not loaded: a normal distribution with the configuration's `initializer_range`, or a constant. */
export type Initial = 'normal' | 'zeros' | 'ones';

/** One trainable tensor of a graph. It may hold several of the model's weights, one after another along its first axis. */
export interface Parameter {
  readonly tensor: Tensor;
  readonly name: string;
  readonly shape: readonly number[];
  /** Hugging Face's name and shape of each weight in it. */
  readonly parts: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly initial: Initial;
  /** Whether weight decay applies: to all but biases and LayerNorm, as in the BERT paper. */
  readonly decays: boolean;
}

/** Collects a model's parameters while its graph is being built. */
export class Parameters {
  private readonly declared = new Map<string, Parameter>();

  get all(): readonly Parameter[] {
    return [...this.declared.values()];
  }

  /** Declares a weight under its Hugging Face name, or returns the one declared before under it (tied weights). */
  declare(name: string, shape: readonly number[], initial: Initial = 'normal'): Tensor {
    return this.stack([name], shape, initial);
  }

  /** Declares weights of equal shape that one product uses together: `[out, in]` each -> `[count * out, in]`. */
  stack(names: readonly string[], shape: readonly number[], initial: Initial = 'normal'): Tensor {
    const name = names.join('+');
    const before = this.declared.get(name);
    if (before) return before.tensor;
    const stacked = shape.with(0, (shape[0] as number) * names.length);
    const tensor = input(name, stacked);
    const decays = !names.some((part) => part.endsWith('bias') || part.includes('LayerNorm'));
    this.declared.set(name, { tensor, name, shape: stacked, parts: names.map((part) => ({ name: part, shape })), initial, decays });
    return tensor;
  }
}
