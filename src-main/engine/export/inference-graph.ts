import { add, cast, divide, erf, multiply } from '../graph/operators/elementwise.ts';
import { reshape, transpose } from '../graph/operators/layout.ts';
import { linear, matmul } from '../graph/operators/products.ts';
import { input, type Application, type ElementType, type Tensor } from '../graph/tensor.ts';
import type { Model } from '../nn/heads.ts';
import type { Parameter } from '../nn/parameters.ts';
import { rebuild } from './rebuild.ts';

/** A model's outputs, written as they are computed fastest where nothing is learnt. */
export function inferenceGraph({ outputs, parameters }: Pick<Model, 'outputs' | 'parameters'>): Map<string, Tensor> {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const rules = [(application: Application, inputs: readonly Tensor[]) => separateProjections(application, inputs, byName), mergeReshapes, scaleFirst, fusibleGelu];
  return rebuild(outputs, { application: (application, inputs) => {
    for (const rule of rules) {
      const replaced = rule(application, inputs);
      if (replaced) return replaced;
    }
    return undefined;
  } });
}

/**
 * Query, key and value get products of their own: in training one product for the three is faster, but here
 * taking its result apart again costs 5 % of the whole model's time, 8 % in int8.
 */
function separateProjections({ operator, attributes, outputs }: Application, [whole]: readonly Tensor[], parameters: ReadonlyMap<string, Parameter>): readonly Tensor[] | undefined {
  const turn = producerOf<{ order: readonly number[] }>(whole, 'transpose');
  const view = producerOf(turn?.inputs[0], 'reshape');
  const product = producerOf(view?.inputs[0], 'linear');
  const [x, weight, bias] = product?.inputs ?? [];
  if (operator.name !== 'split' || (attributes as { axis: number }).axis !== 0 || turn?.attributes.order.join() !== '2,0,3,1,4' || !view || !x || !weight || !bias) return undefined;
  const weights = partsOf(weight, parameters), biases = partsOf(bias, parameters);
  if (weights?.length !== outputs.length || biases?.length !== outputs.length) return undefined;
  const perHead = (view.outputs[0] as Tensor).shape.toSpliced(2, 1);
  return outputs.map(({ shape }, index) => reshape(transpose(reshape(linear(x, weights[index] as Tensor, biases[index] as Tensor), perHead), [0, 2, 1, 3]), shape));
}

/** The weights that lie stacked in a parameter, as inputs of their own. */
const partsOf = ({ producer }: Tensor, parameters: ReadonlyMap<string, Parameter>): Tensor[] | undefined =>
  producer.kind === 'input' ? parameters.get(producer.name)?.parts.map(({ name, shape }) => input(name, shape)) : undefined;

function producerOf<Attributes = unknown>(tensor: Tensor | undefined, operator: string): Application<Attributes> | undefined {
  const producer = tensor?.producer;
  return producer?.kind === 'application' && producer.operator.name === operator ? (producer as Application<Attributes>) : undefined;
}

function mergeReshapes({ operator, attributes }: Application, [x]: readonly Tensor[]): readonly Tensor[] | undefined {
  const before = operator.name === 'reshape' ? producerOf(x, 'reshape') : undefined;
  return before && [reshape(before.inputs[0] as Tensor, (attributes as Tensor).shape)];
}

/** Scales the query before its product with the key instead of the scores after it: fewer elements, and float16 cannot overflow on the way. */
function scaleFirst({ operator, attributes }: Application, [a, b]: readonly Tensor[]): readonly Tensor[] | undefined {
  if (operator.name !== 'matmul') return undefined;
  const { scale, ...transposed } = attributes as { transposeA: boolean; transposeB: boolean; scale: number };
  return scale === 1 ? undefined : [matmul(multiply(a as Tensor, scale), b as Tensor, transposed)];
}

/** GELU in the one form that ONNX Runtime makes a single node of: x (erf(x / sqrt 2) + 1) / 2. */
const fusibleGelu = ({ operator }: Application, [x]: readonly Tensor[]): readonly Tensor[] | undefined =>
  operator.name === 'gelu' ? [multiply(multiply(x as Tensor, add(erf(divide(x as Tensor, Math.SQRT2)), 1)), 0.5)] : undefined;

/**
 * Weights, constants and all that is computed from them in float16; the outputs are float32 again.
 * LayerNormalization takes its mean and variance in float32 by definition (its attribute `stash_type`), and the mask's -10,000 is a float16.
 */
export function inHalf(outputs: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const half = (type: ElementType): ElementType => (type === 'float32' ? 'float16' : type);
  const rebuilt = rebuild(outputs, {
    leaf: (tensor) => ({ ...tensor, type: half(tensor.type) }),
    application: ({ operator, attributes }, [x]) => (operator.name === 'cast' ? [cast(x as Tensor, half((attributes as { to: ElementType }).to))] : undefined),
  });
  return new Map([...rebuilt].map(([name, tensor]) => [name, cast(tensor, 'float32')]));
}
