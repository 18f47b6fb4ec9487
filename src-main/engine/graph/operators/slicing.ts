import { apply, applyAll, scalar, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';
import { sameShape } from '../shape.ts';
import { expand } from './broadcast.ts';
import { reshape } from './layout.ts';

const sliceOperator: Operator<{ axis: number; start: number; end: number }> = {
  name: 'slice',
  infer: ([x], { axis, start, end }) => {
    const { shape, type } = x as Tensor;
    const length = shape[axis];
    if (length === undefined || start < 0 || end <= start || (typeof length === 'number' && end > length)) throw new ShapeError('slice', [x as Tensor], `has no ${start}..${end} on axis ${axis}`);
    return [{ shape: shape.with(axis, end - start), type }];
  },
  derivative: ({ inputs: [x], attributes: { axis, start } }, [gradient]) => [pad(gradient as Tensor, axis, start, (x as Tensor).shape)],
  lower: ({ inputs: [x], attributes: { axis, start, end } }, emitter) => [
    emitter.node('Slice', [emitter.name(x as Tensor), emitter.vector([start]), emitter.vector([end]), emitter.vector([axis])]),
  ],
};
/** Elements `start` (included) to `end` (excluded) along one axis. */
export const slice = (x: Tensor, axis: number, start: number, end: number): Tensor =>
  start === 0 && end === x.shape[axis] ? x : apply(sliceOperator, [x], { axis, start, end });

const splitOperator: Operator<{ axis: number; parts: number }> = {
  name: 'split',
  infer: ([x], { axis, parts }) => {
    const { shape, type } = x as Tensor;
    const length = shape[axis];
    if (typeof length !== 'number' || length % parts) throw new ShapeError('split', [x as Tensor], `cannot be cut in ${parts} equal parts along axis ${axis}`);
    return Array.from({ length: parts }, () => ({ shape: shape.with(axis, length / parts), type }));
  },
  derivative: ({ outputs, attributes: { axis } }, gradients) => [concat(outputs.map((output, part) => gradients[part] ?? expand(scalar(0), output.shape)), axis)],
  lower: ({ inputs: [x], attributes: { axis, parts } }, emitter) => emitter.nodes('Split', [emitter.name(x as Tensor)], parts, { axis, num_outputs: parts }),
};
/** Equal parts along an axis; cheaper than slices where all are used, because their gradients join in one copy. */
export const split = (x: Tensor, axis: number, parts: number): readonly Tensor[] => applyAll(splitOperator, [x], { axis, parts });

/** One element along an axis, without that axis: `[batch, length, hidden]` -> `[batch, hidden]`. */
export const at = (x: Tensor, axis: number, index: number): Tensor => reshape(slice(x, axis, index, index + 1), x.shape.toSpliced(axis, 1));

const padOperator: Operator<{ axis: number; start: number; shape: Shape }> = {
  name: 'pad',
  infer: ([x], { axis, start, shape }) => {
    const length = (x as Tensor).shape[axis], total = shape[axis];
    const fits = typeof length === 'number' && start >= 0 && (typeof total !== 'number' || start + length <= total);
    if (!fits || !sameShape((x as Tensor).shape.with(axis, 1), shape.with(axis, 1))) throw new ShapeError('pad', [x as Tensor], `cannot be padded to [${shape.join(', ')}]`);
    return [{ shape, type: (x as Tensor).type }];
  },
  derivative: ({ inputs: [x], attributes: { axis, start } }, [gradient]) => [slice(gradient as Tensor, axis, start, start + ((x as Tensor).shape[axis] as number))],
  lower: ({ inputs: [x], attributes: { axis, start, shape } }, emitter) => {
    const rank = shape.length, end = start + ((x as Tensor).shape[axis] as number), total = shape[axis] as number | string;
    // ONNX wants every axis' zeros before, then every axis' zeros after; the last may depend on a named length.
    const pads = Array.from({ length: 2 * rank }, (_, place) => (place === axis ? start : 0));
    if (typeof total === 'number') return [emitter.node('Pad', [emitter.name(x as Tensor), emitter.vector(pads.with(rank + axis, total - end))])];
    const after = emitter.node('Sub', [emitter.sizes([total]), emitter.vector([end])]);
    const parts = [emitter.vector(pads.slice(0, rank + axis)), after, ...(axis + 1 < rank ? [emitter.vector(pads.slice(rank + axis + 1))] : [])];
    return [emitter.node('Pad', [emitter.name(x as Tensor), emitter.node('Concat', parts, { axis: 0 })])];
  },
};
/** Zeros along one axis around `x`, which comes to lie at `start`, up to `shape`. */
export const pad = (x: Tensor, axis: number, start: number, shape: Shape): Tensor => (sameShape(x.shape, shape) ? x : apply(padOperator, [x], { axis, start, shape }));

const concatOperator: Operator<{ axis: number }> = {
  name: 'concat',
  infer: (inputs, { axis }) => {
    const { shape, type } = inputs[0] as Tensor;
    const lengths = inputs.map((x) => x.shape[axis]);
    if (lengths.some((length) => typeof length !== 'number') || inputs.some((x) => !sameShape(x.shape.with(axis, 1), shape.with(axis, 1)))) throw new ShapeError('concat', inputs, `do not join along axis ${axis}`);
    return [{ shape: shape.with(axis, (lengths as number[]).reduce((a, b) => a + b, 0)), type }];
  },
  derivative: ({ inputs, attributes: { axis } }, [gradient]) => {
    let start = 0;
    return inputs.map((x) => {
      const length = x.shape[axis] as number;
      start += length;
      return slice(gradient as Tensor, axis, start - length, start);
    });
  },
  lower: ({ inputs, attributes: { axis } }, emitter) => [emitter.node('Concat', inputs.map((x) => emitter.name(x)), { axis })],
};
/** Tensors one after another along an axis. */
export const concat = (inputs: readonly Tensor[], axis: number): Tensor => (inputs.length === 1 ? (inputs[0] as Tensor) : apply(concatOperator, inputs, { axis }));
