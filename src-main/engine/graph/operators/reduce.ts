import { apply, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';
import { normaliseAxes } from '../shape.ts';
import { sumTo } from './broadcast.ts';
import { cast, divide, equal, multiply } from './elementwise.ts';
import { reshape } from './layout.ts';

const allAxes = (x: Tensor) => x.shape.map((_, axis) => axis);
const kept = (shape: Shape, axes: readonly number[]): Shape => shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
const without = (shape: Shape, axes: readonly number[]): Shape => shape.filter((_, axis) => !axes.includes(axis));

function positiveAxes(operator: string, x: Tensor, axes: readonly number[]): number[] {
  const positive = normaliseAxes(axes, x.shape.length);
  if (positive.some((axis) => axis < 0 || axis >= x.shape.length)) throw new ShapeError(operator, [x], `has no axis ${axes.join(', ')}`);
  return positive;
}

/** Sum over `axes` (all by default). */
export function sum(x: Tensor, axes: readonly number[] = allAxes(x), keepDimensions = false): Tensor {
  const positive = positiveAxes('sum', x, axes);
  const total = sumTo(x, kept(x.shape, positive));
  return keepDimensions ? total : reshape(total, without(x.shape, positive));
}

/** Mean over `axes`, whose lengths must be fixed numbers. */
export function mean(x: Tensor, axes: readonly number[] = allAxes(x), keepDimensions = false): Tensor {
  const lengths = positiveAxes('mean', x, axes).map((axis) => x.shape[axis]);
  if (lengths.some((length) => typeof length !== 'number')) throw new ShapeError('mean', [x], 'the length averaged over is not fixed');
  return multiply(sum(x, axes, keepDimensions), 1 / (lengths as number[]).reduce((product, length) => product * length, 1));
}

const maxOperator: Operator<{ axes: readonly number[] }> = {
  name: 'max',
  infer: ([x], { axes }) => [{ shape: kept((x as Tensor).shape, axes), type: (x as Tensor).type }],
  derivative: ({ inputs: [x], attributes: { axes }, outputs: [result] }, [gradient]) => {
    const largest = cast(equal(x as Tensor, result as Tensor), (x as Tensor).type);
    return [multiply(largest, divide(gradient as Tensor, sum(largest, axes, true)))];
  },
  lower: ({ inputs: [x], attributes: { axes } }, emitter) => [emitter.node('ReduceMax', [emitter.name(x as Tensor), emitter.vector(axes)], { keepdims: 1 })],
};
/** Largest over `axes` (all by default); equal largest elements share the gradient. */
export function max(x: Tensor, axes: readonly number[] = allAxes(x), keepDimensions = false): Tensor {
  const positive = positiveAxes('max', x, axes);
  const largest = apply(maxOperator, [x], { axes: positive });
  return keepDimensions ? largest : reshape(largest, without(x.shape, positive));
}

const sumOfSquaresOperator: Operator<Record<never, never>> = {
  name: 'sumOfSquares',
  infer: ([x]) => [{ shape: [], type: (x as Tensor).type }],
  derivative: ({ inputs: [x] }, [gradient]) => [multiply(multiply(x as Tensor, 2), gradient as Tensor)],
  lower: ({ inputs: [x] }, emitter) => [emitter.node('ReduceSumSquare', [emitter.name(x as Tensor)], { keepdims: 0 })],
};
/** The sum of all squared elements, without a tensor of squares in between. */
export const sumOfSquares = (x: Tensor): Tensor => apply(sumOfSquaresOperator, [x], {});
