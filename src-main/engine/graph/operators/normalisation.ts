import { apply, applyAll, ShapeError, type Operator, type Tensor, type TensorType } from '../tensor.ts';
import { sameShape } from '../shape.ts';
import { sumTo } from './broadcast.ts';
import { multiply, subtract } from './elementwise.ts';
import { mean, sum } from './reduce.ts';

type None = Record<never, never>;

/** @throws ShapeError for a single number, which has no last axis. */
function requireLastAxis(operator: string, x: TensorType): void {
  if (!x.shape.length) throw new ShapeError(operator, [x], 'has no last axis');
}

const softmaxOperator: Operator<None> = {
  name: 'softmax',
  infer: ([x]) => {
    const { shape, type } = x as Tensor;
    requireLastAxis('softmax', { shape, type });
    return [{ shape, type }];
  },
  derivative: ({ outputs: [result] }, [gradient]) => {
    const weighted = multiply(gradient as Tensor, result as Tensor);
    return [subtract(weighted, multiply(result as Tensor, sum(weighted, [-1], true)))];
  },
  lower: ({ inputs: [x] }, emitter) => [emitter.node('Softmax', [emitter.name(x as Tensor)], { axis: -1 })],
};
/** exp(x) / sum exp(x) over the last axis. */
export const softmax = (x: Tensor): Tensor => apply(softmaxOperator, [x], {});

const logSumExpOperator: Operator<None> = {
  name: 'logSumExp',
  infer: ([x]) => {
    const { shape, type } = x as Tensor;
    requireLastAxis('logSumExp', { shape, type });
    return [{ shape: shape.with(-1, 1), type }];
  },
  derivative: ({ inputs: [x] }, [gradient]) => [multiply(softmax(x as Tensor), gradient as Tensor)],
  lower: ({ inputs: [x] }, emitter) => {
    const axes = emitter.vector([-1]), name = emitter.name(x as Tensor);
    const largest = emitter.node('ReduceMax', [name, axes], { keepdims: 1 });
    const exponentials = emitter.node('Exp', [emitter.node('Sub', [name, largest])]);
    return [emitter.node('Add', [emitter.node('Log', [emitter.node('ReduceSum', [exponentials, axes], { keepdims: 1 })]), largest])];
  },
};
/** log sum exp(x) over the last axis, kept with length 1; never overflows. */
export const logSumExp = (x: Tensor): Tensor => apply(logSumExpOperator, [x], {});

const layerNormOperator: Operator<{ epsilon: number }> = {
  name: 'layerNorm',
  infer: (inputs) => {
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor];
    const last = x.shape.slice(-1);
    if (!sameShape(weight.shape, last) || !sameShape(bias.shape, last)) throw new ShapeError('layerNorm', inputs, 'takes a weight and a bias per column');
    const statistics = { shape: x.shape.with(-1, 1), type: x.type };
    return [{ shape: x.shape, type: x.type }, statistics, statistics];
  },
  // Ba et al. 2016; only the first output may be used outside, so only its gradient arrives.
  derivative: ({ inputs, outputs }, [gradient]) => {
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor], [, average, inverseDeviation] = outputs as [Tensor, Tensor, Tensor], g = gradient as Tensor;
    const normalised = multiply(subtract(x, average), inverseDeviation);
    const toWeight = multiply(g, normalised), toNormalised = multiply(g, weight);
    const projection = multiply(normalised, mean(multiply(toWeight, weight), [-1], true));
    const toX = multiply(subtract(subtract(toNormalised, mean(toNormalised, [-1], true)), projection), inverseDeviation);
    return [toX, sumTo(toWeight, weight.shape), sumTo(g, bias.shape)];
  },
  lower: ({ inputs, attributes: { epsilon } }, emitter) => emitter.nodes('LayerNormalization', inputs.map((x) => emitter.name(x)), 3, { axis: -1, epsilon: { float: epsilon } }),
};
/** (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis. */
export const layerNorm = (x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor => applyAll(layerNormOperator, [x, weight, bias], { epsilon })[0] as Tensor;
