import { apply, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';
import { sameShape, sameSize } from '../shape.ts';

const reshapeOperator: Operator<{ shape: Shape }> = {
  name: 'reshape',
  infer: ([x], { shape }) => {
    if (!sameSize((x as Tensor).shape, shape)) throw new ShapeError('reshape', [x as Tensor], `does not fill [${shape.join(', ')}]`);
    return [{ shape, type: (x as Tensor).type }];
  },
  derivative: ({ inputs: [x] }, [gradient]) => [reshape(gradient as Tensor, (x as Tensor).shape)],
  lower: ({ inputs: [x], attributes: { shape } }, emitter) => [emitter.node('Reshape', [emitter.name(x as Tensor), emitter.reshapeTarget(shape)])],
};
/** The same elements in row-major order under another shape. */
export const reshape = (x: Tensor, shape: Shape): Tensor => (sameShape(x.shape, shape) ? x : apply(reshapeOperator, [x], { shape }));

const transposeOperator: Operator<{ order: readonly number[] }> = {
  name: 'transpose',
  infer: ([x], { order }) => {
    const { shape, type } = x as Tensor;
    const isOrder = order.length === shape.length && order.toSorted((a, b) => a - b).every((axis, index) => axis === index);
    if (!isOrder) throw new ShapeError('transpose', [x as Tensor], `${order.join(', ')} is no order of its axes`);
    return [{ shape: order.map((axis) => shape[axis] as number), type }];
  },
  derivative: ({ attributes: { order } }, [gradient]) => [transpose(gradient as Tensor, order.map((_, axis) => order.indexOf(axis)))],
  lower: ({ inputs: [x], attributes: { order } }, emitter) => [emitter.node('Transpose', [emitter.name(x as Tensor)], { perm: order })],
};
/** Axes in another order: axis `i` of the result is axis `order[i]` of `x`. */
export const transpose = (x: Tensor, order: readonly number[]): Tensor => apply(transposeOperator, [x], { order });
