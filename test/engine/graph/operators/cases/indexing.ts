import { dropout } from '../../../../../src-main/engine/graph/operators/dropout.ts';
import { add, multiply } from '../../../../../src-main/engine/graph/operators/elementwise.ts';
import { count, gather, pick, scatterRows } from '../../../../../src-main/engine/graph/operators/indexing.ts';
import { reshape } from '../../../../../src-main/engine/graph/operators/layout.ts';
import { given, normal, useOf, whole, anyInt32, type OperatorCase } from '../case.ts';

const repeated = given(Int32Array.of(3, 0, 3, 3, 1), 5);

export const indexingCases: readonly OperatorCase[] = [
  useOf('gather', 'rows, some of them several times', [normal(4, 3), repeated], (table, ids) => gather(table, ids)),
  useOf('gather', 'ids of two named axes', [normal(6, 2), whole(6, 'batch', 'length')], (table, ids) => gather(table, ids)),
  useOf('gather', 'positions', [normal(5, 2), normal('length')], (table, like) => gather(table, count(like.shape[0]!))),
  useOf('scatterRows', 'rows, some of them to one place', [normal(5, 3), repeated], (rows, ids) => scatterRows(rows, ids, [4, 3])),
  useOf('scatterRows', 'ids of two named axes', [normal('batch', 'length', 2), whole(6, 'batch', 'length')], (rows, ids) => scatterRows(rows, ids, [6, 2])),
  useOf('gather', 'rows of a large table', [normal(70, 2), whole(70, 'batch', 'length')], (table, ids) => gather(table, ids)),
  useOf('scatterRows', 'rows to a large table', [normal(5, 2), repeated], (rows, ids) => scatterRows(rows, ids, [70, 2])),
  useOf('count', 'a fixed length', [], () => count(7)),
  useOf('count', 'a named length', [whole(9, 'length')], (x) => add(x, count('length'))),
  useOf('count', 'a product of named lengths', [whole(9, 12, 'batch', 'length')], (x) => add(reshape(x, ['12*batch*length']), count('12*batch*length'))),
  useOf('pick', 'one class of each row', [normal(5, 4), given(Int32Array.of(3, 0, 3, 2, 1), 5)], pick),
  useOf('pick', 'a label that is no class', [normal(3, 4), given(Int32Array.of(-100, 0, 4), 3)], pick),
  useOf('pick', 'rows of a named product', [normal('batch', 'length', 4), whole(4, 'batch', 'length')], (x, ids) => pick(reshape(x, ['batch*length', 4]), reshape(ids, ['batch*length']))),
  useOf('dropout', 'a matrix', [normal(6, 8), anyInt32()], (x, key) => dropout(x, 0.4, key, 3)),
  useOf('dropout', 'rows of named lengths', [normal('batch', 2, 'length', 5), anyInt32()], (x, key) => dropout(multiply(x, x), 0.25, key, 1)),
  useOf('dropout', 'nothing, at rate zero', [normal(2, 3), anyInt32()], (x, key) => dropout(x, 0, key, 1)),
];
