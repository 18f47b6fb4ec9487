import type { Emitter } from '../emitter.ts';
import { apply, scalar, ShapeError, type Dimension, type Operator, type Shape, type Tensor } from '../tensor.ts';
import { sameShape } from '../shape.ts';
import { cast, equal, multiply, subtract } from './elementwise.ts';
import { reshape } from './layout.ts';
import { sum } from './reduce.ts';

const gatherOperator: Operator<{ paddingId: number | undefined }> = {
  name: 'gather',
  infer: (inputs) => {
    const [table, ids] = inputs as [Tensor, Tensor];
    if (table.shape.length !== 2 || ids.type !== 'int32') throw new ShapeError('gather', inputs, 'takes a matrix and int32 row numbers');
    return [{ shape: [...ids.shape, table.shape[1] as number], type: table.type }];
  },
  derivative: ({ inputs, attributes: { paddingId } }, [gradient]) => {
    const [table, ids] = inputs as [Tensor, Tensor], g = gradient as Tensor;
    if (paddingId === undefined) return [scatterRows(g, ids, table.shape), undefined];
    const counts = subtract(scalar(1), cast(equal(ids, scalar(paddingId, 'int32')), g.type));
    return [scatterRows(multiply(g, reshape(counts, [...ids.shape, 1])), ids, table.shape), undefined];
  },
  lower: ({ inputs }, emitter) => [emitter.node('Gather', inputs.map((x) => emitter.name(x)), { axis: 0 })],
};
/**
 * Rows of `table [rows, width]` by number: `ids [...]` -> `[..., width]`.
 * The row `paddingId` gets no gradient, as in PyTorch's Embedding with `padding_idx`.
 */
export const gather = (table: Tensor, ids: Tensor, { paddingId }: { paddingId?: number } = {}): Tensor => apply(gatherOperator, [table, ids], { paddingId });

// Up to here a product with a matrix of ones and zeros, which uses every core, is faster than adding row by row.
const fewRows = 64;

/** [table rows, ids] of ones where the id names the row, times the rows. */
function scatterByProduct(rows: Tensor, ids: Tensor, shape: Shape, emitter: Emitter<Tensor>): string {
  const width = shape[1] as number;
  const numbers = emitter.node('Reshape', [emitter.node('Range', [0, shape[0] as number, 1].map((value) => emitter.scalar(value, 'int32'))), emitter.vector([-1, 1])]);
  const chosen = emitter.node('Cast', [emitter.node('Equal', [numbers, emitter.node('Reshape', [emitter.name(ids), emitter.vector([1, -1])])])], { to: 1 });
  return emitter.node('MatMul', [chosen, emitter.node('Reshape', [emitter.name(rows), emitter.vector([-1, width])])]);
}

const scatterOperator: Operator<{ shape: Shape }> = {
  name: 'scatterRows',
  infer: (inputs, { shape }) => {
    const [rows, ids] = inputs as [Tensor, Tensor];
    if (!sameShape(rows.shape, [...ids.shape, shape[1] as number]) || shape.length !== 2) throw new ShapeError('scatterRows', inputs, `cannot be summed into [${shape.join(', ')}]`);
    return [{ shape, type: rows.type }];
  },
  derivative: ({ inputs: [, ids] }, [gradient]) => [gather(gradient as Tensor, ids as Tensor), undefined],
  lower: ({ inputs, attributes: { shape } }, emitter) => {
    const [rows, ids] = inputs as [Tensor, Tensor];
    if ((shape[0] as number) <= fewRows) return [scatterByProduct(rows, ids, shape, emitter)];
    const zeros = emitter.node('Expand', [emitter.scalar(0, rows.type), emitter.sizes(shape)]);
    const count = ids.shape.length;
    // Not ScatterND: its sums race on the CPU and differ from run to run on WebGPU when a row repeats.
    const flat = (name: string, target: readonly number[]) => emitter.node('Reshape', [name, emitter.vector(target)]);
    const width = shape[1] as number;
    const updates = count === 1 ? emitter.name(rows) : flat(emitter.name(rows), [-1, width]);
    const column = flat(emitter.name(ids), [-1, 1]);
    const repeated = emitter.node('Expand', [column, emitter.vector([1, width])]);
    return [emitter.node('ScatterElements', [zeros, repeated, updates], { axis: 0, reduction: 'add' })];
  },
};
/** The transpose of `gather`: adds each of `rows [..., width]` to the row of a zero matrix that `ids [...]` names. */
export const scatterRows = (rows: Tensor, ids: Tensor, shape: Shape): Tensor => apply(scatterOperator, [rows, ids], { shape });

const countOperator: Operator<{ length: Dimension }> = {
  name: 'count',
  infer: (_inputs, { length }) => [{ shape: [length], type: 'int32' }],
  lower: ({ attributes: { length } }, emitter) => {
    const limit = typeof length === 'number' ? emitter.scalar(length, 'int32') : emitter.node('Cast', [emitter.node('Squeeze', [emitter.sizes([length])])], { to: 6 });
    return [emitter.node('Range', [emitter.scalar(0, 'int32'), limit, emitter.scalar(1, 'int32')])];
  },
};
/** The int32 numbers 0, 1, ... `length` - 1. */
export const count = (length: Dimension): Tensor => apply(countOperator, [], { length });

/** One element per row: `x [rows, classes]`, `ids [rows]` -> `[rows]`. Rows whose id is no class give 0. */
export function pick(x: Tensor, ids: Tensor): Tensor {
  const classes = x.shape[1] as number;
  const chosen = cast(equal(reshape(ids, [...ids.shape, 1]), reshape(count(classes), [1, classes])), x.type);
  return sum(multiply(x, chosen), [1]);
}

