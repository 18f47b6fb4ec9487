import { describe, expect, it } from 'vitest';
import { expand } from '../../../src-main/engine/graph/operators/broadcast.ts';
import { add, multiply } from '../../../src-main/engine/graph/operators/elementwise.ts';
import { count, gather } from '../../../src-main/engine/graph/operators/indexing.ts';
import { reshape, transpose } from '../../../src-main/engine/graph/operators/layout.ts';
import { softmax } from '../../../src-main/engine/graph/operators/normalisation.ts';
import { matmul } from '../../../src-main/engine/graph/operators/products.ts';
import { sum } from '../../../src-main/engine/graph/operators/reduce.ts';
import { constant, input, scalar, type Tensor } from '../../../src-main/engine/graph/tensor.ts';
import { lower } from '../../../src-main/engine/lowering/lower.ts';
import { device } from '../../../src-main/engine/session/device.ts';
import { GraphSession } from '../../../src-main/engine/session/graph-session.ts';
import { Value } from '../../../src-main/engine/session/native/value.ts';
import { expectClose } from '../../support/closeness.ts';
import { RandomArrays } from '../../support/random-arrays.ts';
import { sizeOf } from '../../support/reference-array.ts';
import { boundShape, evaluate } from '../../support/reference-evaluator.ts';

const cpu = device('cpu', 1);
const x = input('x', ['batch', 'length', 12]);
const operators = (outputs: Record<string, Tensor>) => lower(new Map(Object.entries(outputs)), 'cpu').graph.nodes.map(({ op }) => op);

describe('a session for named lengths', () => {
  const heads = transpose(reshape(x, ['batch', 'length', 3, 4]), [0, 2, 1, 3]);
  const attention = softmax(matmul(heads, heads, { transposeB: true }));
  const outputs = new Map([
    ['attention', attention],
    ['tokens', reshape(multiply(x, 2), ['batch*length', 12])],
    ['everything', reshape(add(x, 1), ['12*batch*length'])],
    ['positions', gather(input('table', [9, 2]), count('length'))],
    ['filled', expand(sum(x), ['length', 'batch*length', 2])],
  ]);

  it('runs batches of every shape, one after another', async () => {
    const session = new GraphSession(outputs, cpu), random = new RandomArrays(3), table = random.normal(18);
    for (const lengths of [{ batch: 2, length: 5 }, { batch: 1, length: 1 }, { batch: 4, length: 2 }, { batch: 2, length: 5 }]) {
      const feeds = { x: random.normal(12 * lengths.batch * lengths.length), table };
      const expected = evaluate(outputs, feeds, lengths);
      const inputs = [['x', Value.over(feeds.x, [lengths.batch, lengths.length, 12], 'float32')], ['table', Value.over(table, [9, 2], 'float32')]] as const;
      const results = [...outputs].map(([name, { shape }]) => [name, Value.over(new Float32Array(sizeOf(boundShape(shape, lengths))), boundShape(shape, lengths), 'float32')] as const);
      await session.run(new Map(inputs), new Map(results));
      for (const [name, value] of results) expectClose(value.data as Float32Array, expected.get(name)!.data, 1e-5, `${name} of ${lengths.batch} x ${lengths.length}`);
      for (const [, value] of [...inputs, ...results]) value.dispose();
    }
    session.dispose();
  });

  it('has no shape arithmetic left where a reshape can work it out', () => {
    expect(operators({ y: reshape(x, ['batch*length', 12]) })).toEqual(['Reshape', 'Identity']);
    expect(operators({ y: reshape(x, ['batch', 'length', 3, 4]) })).toContain('Shape');
  });

  it('is not made where nothing tells a length', () => {
    expect(() => lower(new Map([['y', add(count('batch'), input('one', [], 'int32'))]]), 'cpu')).toThrow('no input of the graph has an axis of length batch');
  });
});

describe('a lowered graph', () => {
  it('names inputs and outputs as they were given, also an input that is an output, and one tensor that is two', () => {
    const doubled = multiply(x, 2);
    const { graph } = lower(new Map([['same', x], ['once', doubled], ['twice', doubled]]), 'cpu');
    expect(graph.inputs).toEqual([{ name: 'x', shape: ['batch', 'length', 12], type: 'float32' }]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['same', 'once', 'twice']);
    expect(graph.nodes.filter(({ op }) => op === 'Mul')).toHaveLength(1);
  });

  it('has every constant and every length once', () => {
    const y = add(multiply(reshape(x, ['length', 'batch', 12]), 0.5), scalar(0.5));
    const { graph } = lower(new Map([['y', y], ['z', reshape(multiply(x, 0.5), ['length', 'batch', 12])]]), 'cpu');
    expect(graph.nodes.filter(({ op }) => op === 'Shape')).toHaveLength(1);
    expect(graph.initializers!.filter(({ type }) => type === 'float32')).toHaveLength(1);
  });

  it('keeps apart constants that differ in shape or type', () => {
    const values = [scalar(1), constant(Float32Array.of(1), [1]), constant(Float32Array.of(1), [1, 1]), scalar(1, 'int32'), constant(Uint8Array.of(1), [])];
    const { graph } = lower(new Map(values.map((value, index) => [`${index}`, value])), 'cpu');
    expect(graph.initializers!.map(({ type, shape }) => `${type}[${shape.join()}]`).sort()).toEqual(['bool[]', 'float32[1,1]', 'float32[1]', 'float32[]', 'int32[]']);
  });

  it('keeps to ONNX\'s own operators where it is to be portable', () => {
    const own = lower(new Map([['y', matmul(x, x, { transposeB: true, scale: 2 })]]), 'portable').graph.nodes;
    expect(own.every(({ domain }) => !domain)).toBe(true);
  });
});
