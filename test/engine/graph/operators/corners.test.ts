import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src-main/engine/graph/autodiff.ts';
import { absolute, maximum, minimum, relu } from '../../../../src-main/engine/graph/operators/elementwise.ts';
import { gather } from '../../../../src-main/engine/graph/operators/indexing.ts';
import { max, sum } from '../../../../src-main/engine/graph/operators/reduce.ts';
import { concat, slice } from '../../../../src-main/engine/graph/operators/slicing.ts';
import { expand, sumTo } from '../../../../src-main/engine/graph/operators/broadcast.ts';
import { reshape } from '../../../../src-main/engine/graph/operators/layout.ts';
import { cast } from '../../../../src-main/engine/graph/operators/elementwise.ts';
import { input, type Tensor } from '../../../../src-main/engine/graph/tensor.ts';
import { evaluate } from '../../../support/reference-evaluator.ts';

function gradientsAt(output: Tensor, variables: readonly Tensor[], feeds: Record<string, ArrayLike<number>>): number[][] {
  const computed = gradients(sum(output), variables);
  return [...evaluate(new Map(computed.map((tensor, index) => [`${index}`, tensor])), feeds).values()].map(({ data }) => Array.from(data, (value) => value + 0));
}
const a = input('a', [4]), b = input('b', [4]);

describe('where a function has a corner', () => {
  it('equal largest elements share the gradient of max', () => {
    expect(gradientsAt(max(a), [a], { a: [1, 3, 3, 3] })).toEqual([[0, 1 / 3, 1 / 3, 1 / 3]]);
  });

  it('the second of two equals gets the gradient of maximum and minimum', () => {
    const feeds = { a: [1, 5, 2, 2], b: [1, 4, 3, 2] };
    expect(gradientsAt(maximum(a, b), [a, b], feeds)).toEqual([[0, 1, 0, 0], [1, 0, 1, 1]]);
    expect(gradientsAt(minimum(a, b), [a, b], feeds)).toEqual([[0, 0, 1, 0], [1, 1, 0, 1]]);
  });

  it('relu has no slope at zero', () => {
    expect(gradientsAt(relu(a), [a], { a: [-1, 0, 1e-30, 2] })).toEqual([[0, 0, 1, 1]]);
  });

  it('absolute has the slope of one of its sides at zero', () => {
    expect(gradientsAt(absolute(a), [a], { a: [-1, 0, 1, 2] })).toEqual([[-1, 1, 1, 1]]);
  });
});

describe('the padding row of an embedding', () => {
  const table = input('table', [3, 2]), ids = input('ids', [4], 'int32');
  const feeds = { table: [1, 2, 3, 4, 5, 6], ids: [0, 2, 2, 0] };

  it('gets no gradient, though it is read', () => {
    expect(gradientsAt(gather(table, ids, { paddingId: 0 }), [table], feeds)).toEqual([[0, 0, 0, 0, 2, 2]]);
    expect([...evaluate(new Map([['rows', gather(table, ids, { paddingId: 0 })]]), feeds).get('rows')!.data]).toEqual([1, 2, 5, 6, 5, 6, 1, 2]);
  });

  it('is a row like any other where none is named', () => {
    expect(gradientsAt(gather(table, ids), [table], feeds)).toEqual([[2, 2, 0, 0, 2, 2]]);
  });
});

it('what changes nothing adds nothing to the graph', () => {
  const x = input('x', [2, 3]);
  for (const same of [reshape(x, [2, 3]), expand(x, [2, 3]), sumTo(x, [2, 3]), slice(x, 1, 0, 3), concat([x], 0), cast(x, 'float32')]) expect(same).toBe(x);
});
