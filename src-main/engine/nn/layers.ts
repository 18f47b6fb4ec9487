import { layerNorm } from '../graph/operators/normalisation.ts';
import { linear } from '../graph/operators/products.ts';
import { dropout } from '../graph/operators/dropout.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from './parameters.ts';

/** What every layer of a model is built with. */
export class Builder {
  readonly parameters: Parameters;
  private readonly dropoutKey: Tensor | undefined;
  private sites = 0;

  /** @param dropoutKey int32 `[]`, or nothing where the model is only to be evaluated: then no dropout is in the graph. */
  constructor(parameters: Parameters, dropoutKey?: Tensor) {
    this.parameters = parameters;
    this.dropoutKey = dropoutKey;
  }

  /** A dense layer `name.weight [out, in]`, `name.bias [out]` over `x [rows, in]`. */
  dense(x: Tensor, name: string, size: number): Tensor {
    const weight = this.parameters.declare(`${name}.weight`, [size, x.shape[1] as number]);
    return linear(x, weight, this.parameters.declare(`${name}.bias`, [size], 'zeros'));
  }

  /** `name.weight`, `name.bias` over the last axis. */
  norm(x: Tensor, name: string, epsilon: number): Tensor {
    const size = x.shape.at(-1) as number;
    return layerNorm(x, this.parameters.declare(`${name}.weight`, [size], 'ones'), this.parameters.declare(`${name}.bias`, [size], 'zeros'), epsilon);
  }

  /** Every call is a site of its own: no two masks of a step are alike. */
  dropout(x: Tensor, rate: number): Tensor {
    const site = this.sites++;
    return this.dropoutKey ? dropout(x, rate, this.dropoutKey, site) : x;
  }
}
