import { expand, sumTo } from '../../../../../src-main/engine/graph/operators/broadcast.ts';
import { multiply } from '../../../../../src-main/engine/graph/operators/elementwise.ts';
import { reshape, transpose } from '../../../../../src-main/engine/graph/operators/layout.ts';
import { at, concat, pad, slice, split } from '../../../../../src-main/engine/graph/operators/slicing.ts';
import { normal, useOf, type OperatorCase } from '../case.ts';

export const layoutCases: readonly OperatorCase[] = [
  useOf('expand', 'axes of length one', [normal(3, 1, 2)], (x) => expand(x, [3, 4, 2])),
  useOf('expand', 'new leading axes', [normal(3)], (x) => expand(x, [2, 2, 3])),
  useOf('expand', 'a single number over named lengths', [normal(), normal('batch', 'length')], (x, like) => expand(x, like.shape)),
  useOf('expand', 'a row over a product of named lengths', [normal(2), normal('batch', 'length')], (x, other) => multiply(expand(x, ['batch*length', 2]), reshape(other, ['batch*length', 1]))),
  useOf('sumTo', 'kept axes', [normal(3, 4, 2)], (x) => sumTo(x, [3, 1, 2])),
  useOf('sumTo', 'dropped leading axes', [normal(2, 3, 4)], (x) => sumTo(x, [4])),
  useOf('sumTo', 'dropped and kept axes', [normal(2, 3, 4)], (x) => sumTo(x, [1, 4])),
  useOf('sumTo', 'dropped and kept axes around a named length', [normal(2, 'length', 4)], (x) => sumTo(x, ['length', 1])),
  useOf('sumTo', 'everything', [normal('batch', 'length')], (x) => sumTo(x, [])),

  useOf('reshape', 'fixed lengths', [normal(3, 4)], (x) => reshape(x, [2, 6])),
  useOf('reshape', 'two named lengths made one', [normal('batch', 'length', 4)], (x) => reshape(x, ['batch*length', 4])),
  useOf('reshape', 'one axis of a number and two names', [normal('batch', 'length', 4)], (x) => reshape(x, ['4*batch*length'])),
  useOf('reshape', 'a product taken apart', [normal('batch', 'length', 4)], (x) => reshape(reshape(x, ['batch*length', 4]), ['batch', 2, 'length', 2])),
  useOf('reshape', 'a single number', [normal(1, 1)], (x) => reshape(x, [])),
  useOf('transpose', 'a matrix', [normal(3, 4)], (x) => transpose(x, [1, 0])),
  useOf('transpose', 'axes that go round in a circle', [normal(2, 3, 4)], (x) => transpose(x, [2, 0, 1])),
  useOf('transpose', 'heads before tokens', [normal('batch', 'length', 3, 2, 2)], (x) => transpose(x, [2, 0, 3, 1, 4])),

  useOf('slice', 'the first axis', [normal(5, 2)], (x) => slice(x, 0, 1, 4)),
  useOf('slice', 'a middle axis', [normal('batch', 4, 2)], (x) => slice(x, 1, 2, 4)),
  useOf('slice', 'a named length', [normal(2, 'length', 2)], (x) => slice(x, 1, 0, 2)),
  useOf('slice', 'a last axis of named length', [normal(2, 'length')], (x) => slice(x, 1, 1, 3)),
  useOf('at', 'a middle axis', [normal(2, 4, 3)], (x) => at(x, 1, 2)),
  useOf('at', 'the first token', [normal('batch', 'length', 2)], (x) => at(x, 1, 0)),
  useOf('split', 'all of its parts', [normal(2, 6)], (x) => split(x, 1, 3).reduce((product, part) => multiply(product, part))),
  useOf('split', 'one of its parts, with named lengths', [normal('batch', 4, 'length')], (x) => split(x, 1, 2)[1]!),
  useOf('pad', 'both ends', [normal(2, 3)], (x) => pad(x, 1, 2, [2, 6])),
  useOf('pad', 'the first axis', [normal(2, 3)], (x) => pad(x, 0, 0, [4, 3])),
  useOf('pad', 'up to a named length', [normal('batch', 1, 2), normal('length')], (x, like) => pad(x, 1, 0, ['batch', like.shape[0]!, 2])),
  useOf('pad', 'up to a named length at the end', [normal('batch', 2), normal('length')], (x, like) => pad(x, 1, 1, ['batch', like.shape[0]!])),
  useOf('concat', 'the first axis', [normal(1, 3), normal(2, 3), normal(3, 3)], (a, b, c) => concat([a, b, c], 0)),
  useOf('concat', 'the last axis', [normal('batch', 1), normal('batch', 3)], (a, b) => concat([a, b], 1)),
  useOf('concat', 'one tensor', [normal(2, 3)], (x) => concat([x], 0)),
];
