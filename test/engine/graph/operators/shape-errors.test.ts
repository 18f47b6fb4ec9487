import { describe, expect, it } from 'vitest';
import { expand, sumTo } from '../../../../src-main/engine/graph/operators/broadcast.ts';
import * as elementwise from '../../../../src-main/engine/graph/operators/elementwise.ts';
import { gather, pick, scatterRows } from '../../../../src-main/engine/graph/operators/indexing.ts';
import { reshape, transpose } from '../../../../src-main/engine/graph/operators/layout.ts';
import { layerNorm, logSumExp, softmax } from '../../../../src-main/engine/graph/operators/normalisation.ts';
import { linear, matmul } from '../../../../src-main/engine/graph/operators/products.ts';
import { max, mean, sum } from '../../../../src-main/engine/graph/operators/reduce.ts';
import { at, concat, pad, slice, split } from '../../../../src-main/engine/graph/operators/slicing.ts';
import { tiled } from '../../../../src-main/engine/graph/operators/tiled.ts';
import { constant, elementCount, input, ShapeError, type Tensor } from '../../../../src-main/engine/graph/tensor.ts';

const x = (...shape: Tensor['shape']) => input('x', shape);
const ids = (...shape: Tensor['shape']) => input('ids', shape, 'int32');

const mistakes: readonly [string, () => unknown][] = [
  ...(['add', 'subtract', 'multiply', 'divide', 'equal', 'greater', 'less', 'maximum', 'minimum'] as const).flatMap((name): [string, () => unknown][] => [
    [`${name} of rows of different lengths`, () => elementwise[name](x(2, 3), x(2, 4))],
    [`${name} of a named length and a number`, () => elementwise[name](x('batch', 3), x(2, 3))],
  ]),
  ['add of int32 and float32', () => elementwise.add(ids(2), x(2))],
  ['greater of int32 and float32', () => elementwise.greater(ids(2), x(2))],
  ['where between int32 and float32', () => elementwise.where(input('c', [2], 'bool'), x(2), ids(2))],
  ['where with a condition of another length', () => elementwise.where(input('c', [3], 'bool'), x(2), x(2))],
  ['expand along an axis that is not of length one', () => expand(x(2, 3), [4, 3])],
  ['expand to a smaller rank', () => expand(x(2, 3), [3])],
  ['sumTo of something never broadcast', () => sumTo(x(2, 3), [2, 4])],
  ['sumTo to a larger rank', () => sumTo(x(3), [2, 3])],
  ['reshape to another number of elements', () => reshape(x(2, 3), [7])],
  ['reshape to another named length', () => reshape(x('batch', 3), ['length', 3])],
  ['reshape that loses a named length', () => reshape(x('batch', 'length'), ['batch*length*batch'])],
  ['transpose with an axis named twice', () => transpose(x(2, 3), [0, 0])],
  ['transpose without one of the axes', () => transpose(x(2, 3), [0])],
  ['slice past the end', () => slice(x(2, 3), 1, 1, 4)],
  ['slice of nothing', () => slice(x(2, 3), 1, 2, 2)],
  ['slice from before the start', () => slice(x(2, 3), 1, -1, 2)],
  ['slice along an axis that is not there', () => slice(x(2, 3), 2, 0, 1)],
  ['at past the end', () => at(x(2, 3), 0, 2)],
  ['split in parts that are not equal', () => split(x(2, 3), 1, 2)],
  ['split of a named length', () => split(x('batch', 3), 0, 2)],
  ['pad to another length of another axis', () => pad(x(2, 3), 1, 0, [3, 5])],
  ['pad beyond the end', () => pad(x(2, 3), 1, 3, [2, 5])],
  ['pad of a named length', () => pad(x(2, 'length'), 1, 0, [2, 5])],
  ['concat of rows of different lengths', () => concat([x(2, 3), x(2, 4)], 0)],
  ['concat along a named length', () => concat([x('batch', 3), x('batch', 3)], 0)],
  ['sum over an axis that is not there', () => sum(x(2, 3), [2])],
  ['mean over a named length', () => mean(x(2, 'length'), [1])],
  ['max over an axis that is not there', () => max(x(2, 3), [-3])],
  ['softmax of a single number', () => softmax(x())],
  ['logSumExp of a single number', () => logSumExp(x())],
  ['layerNorm with a weight of another length', () => layerNorm(x(2, 3), x(2), x(3), 1e-5)],
  ['layerNorm with a bias of another length', () => layerNorm(x(2, 3), x(3), x(1), 1e-5)],
  ['linear of inner lengths that differ', () => linear(x(2, 3), x(4, 2))],
  ['linear with a bias of another length', () => linear(x(2, 3), x(4, 3), x(3))],
  ['linear of more than two axes', () => linear(x(2, 2, 3), x(4, 3))],
  ['linear of a vector', () => linear(x(3), x(4, 3))],
  ['matmul of inner lengths that differ', () => matmul(x(2, 3), x(2, 3))],
  ['matmul of leading axes that differ', () => matmul(x('batch', 2, 3), x(4, 3, 2))],
  ['gather from more than two axes', () => gather(x(2, 3, 4), ids(2))],
  ['gather by numbers that are not int32', () => gather(x(2, 3), x(2))],
  ['scatterRows of fewer ids than rows', () => scatterRows(x(3, 4), ids(2), [5, 4])],
  ['scatterRows into another width', () => scatterRows(x(3, 4), ids(3), [5, 3])],
  ['pick by more ids than rows', () => pick(x(3, 4), ids(2))],
  ['tiled of sequences of different lengths', () => tiled([x(2, 3), x(4, 3)], [], ([a]) => [a as Tensor])],
];

describe('a ShapeError', () => {
  it.each(mistakes)('is what one gets for %s', (_name, build) => expect(build).toThrow(ShapeError));
});

describe('a graph without such mistakes', () => {
  it('has no size where a length has only a name', () => expect(() => elementCount([2, 'batch'])).toThrow('[2, batch] has no fixed size'));
  it('takes a constant only with all its elements', () => expect(() => constant(Float32Array.of(1, 2), [3])).toThrow('2 values given for [3]'));
});
