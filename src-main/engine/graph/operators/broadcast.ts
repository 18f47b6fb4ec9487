import { apply, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';
import { broadcast, sameShape } from '../shape.ts';

// Two operators, each the other's derivative.

const expandOperator: Operator<{ shape: Shape }> = {
  name: 'expand',
  infer: ([x], { shape }) => {
    const { type } = x as Tensor;
    if (!sameShape(broadcast('expand', [x as Tensor, { shape, type }]), shape)) throw new ShapeError('expand', [x as Tensor], `does not broadcast to [${shape.join(', ')}]`);
    return [{ shape, type }];
  },
  derivative: ({ inputs: [x] }, [gradient]) => [sumTo(gradient as Tensor, (x as Tensor).shape)],
  lower: ({ inputs: [x], attributes: { shape } }, emitter) => [emitter.node('Expand', [emitter.name(x as Tensor), emitter.sizes(shape)])],
};
/** Repeats `x` along axes of length 1 and along new leading axes. */
export const expand = (x: Tensor, shape: Shape): Tensor => (sameShape(x.shape, shape) ? x : apply(expandOperator, [x], { shape }));

const sumToOperator: Operator<{ shape: Shape }> = {
  name: 'sumTo',
  infer: ([x], { shape }) => {
    const { type } = x as Tensor;
    if (!sameShape(broadcast('sumTo', [x as Tensor, { shape, type }]), (x as Tensor).shape)) throw new ShapeError('sumTo', [x as Tensor], `is no broadcast of [${shape.join(', ')}]`);
    return [{ shape, type }];
  },
  derivative: ({ inputs: [x] }, [gradient]) => [expand(gradient as Tensor, (x as Tensor).shape)],
  lower: ({ inputs: [x], attributes: { shape } }, emitter) => {
    const from = (x as Tensor).shape, lead = from.length - shape.length;
    const axes = from.flatMap((dimension, axis) => (axis < lead || (shape[axis - lead] === 1 && dimension !== 1) ? [axis] : []));
    const keepdims = axes.every((axis) => axis < lead) ? 0 : 1;
    const total = emitter.node('ReduceSum', [emitter.name(x as Tensor), emitter.vector(axes)], { keepdims });
    return [keepdims && lead ? emitter.node('Reshape', [total, emitter.reshapeTarget(shape)]) : total];
  },
};
/** Undoes broadcasting: sums over the axes along which `shape` would be repeated to give `x`. */
export const sumTo = (x: Tensor, shape: Shape): Tensor => (sameShape(x.shape, shape) ? x : apply(sumToOperator, [x], { shape }));
