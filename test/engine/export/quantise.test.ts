import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileGraph } from '../../../src-main/engine/export/file-graph.ts';
import type { Initializer } from '../../../src-main/engine/export/initializer.ts';
import { quantise } from '../../../src-main/engine/export/quantise.ts';

const product = 'bert.encoder.layer.0.output.dense.weight', table = 'bert.embeddings.word_embeddings.weight', head = 'classifier.weight';

/** One product by `values`, or one look-up in them. */
const graphOf = (name: string, shape: readonly [number, number], values: Float32Array): FileGraph => ({
  nodes: [name === table ? { op: 'Gather', inputs: [name, 'ids'], outputs: ['y'], attributes: { axis: 0 } } : { op: 'Gemm', inputs: ['x', name, 'bias'], outputs: ['y'], attributes: {} }],
  inputs: [], outputs: [], constants: [], weights: [{ name, type: 'float32', shape, values: () => values }],
});

const floats = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const parts = ({ initializers }: { initializers: readonly Initializer[] }) => {
  const [integers, scales] = initializers as [Initializer, Initializer];
  return { integers: new Int8Array(integers.bytes()), scales: floats(scales.bytes()), shapes: [integers.shape, scales.shape] };
};

const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) => fc.tuple(fc.constant([rows, columns] as const), fc.float32Array({ minLength: rows * columns, maxLength: rows * columns, noNaN: true, min: -1000, max: 1000 })));

describe('dynamic quantisation', () => {
  it('rounds every weight to the nearest of 255 steps of its own column', () => {
    fc.assert(fc.property(matrix, ([shape, values]) => {
      const { integers, scales } = parts(quantise(graphOf(product, shape, values)));
      values.forEach((value, index) => {
        const scale = scales[index % shape[1]] as number;
        expect(Math.abs(value - (integers[index] as number) * scale)).toBeLessThanOrEqual(0.501 * scale);
        expect(Math.abs(integers[index] as number)).toBeLessThanOrEqual(127);
      });
    }));
  });

  it('has one scale for each column of a product and each row of a table', () => {
    const values = Float32Array.of(1, 20, -3, 40, 5, -60);
    const columns = parts(quantise(graphOf(product, [2, 3], values))), rows = parts(quantise(graphOf(table, [2, 3], values)));
    expect([columns.shapes, rows.shapes]).toEqual([[[2, 3], [3]], [[2, 3], [2, 1]]]);
    expect(Array.from(columns.scales, (scale) => Math.round(scale * 127))).toEqual([40, 20, 60]);
    expect(Array.from(rows.scales, (scale) => Math.round(scale * 127))).toEqual([20, 60]);
  });

  it('keeps a column of zeros at zero', () => {
    const { integers, scales } = parts(quantise(graphOf(product, [2, 2], Float32Array.of(0, 1, 0, 2))));
    expect([integers[0], integers[2], Number.isFinite(scales[0])]).toEqual([0, 0, true]);
  });

  it('leaves the head as it is', () => {
    const graph = graphOf(head, [1, 2], Float32Array.of(1, 2)), quantised = quantise(graph);
    expect(quantised.nodes).toEqual(graph.nodes);
    expect([quantised.initializers[0]?.name, floats(quantised.initializers[0]!.bytes())]).toEqual([head, Float32Array.of(1, 2)]);
  });

  it('quantises what several products read only once', () => {
    const two = graphOf(product, [1, 1], Float32Array.of(1));
    const nodes = quantise({ ...two, nodes: [...two.nodes, { op: 'Gemm', inputs: ['x', product, 'bias'], outputs: ['z'] }] }).nodes.map(({ op }) => op);
    expect(nodes.filter((op) => op === 'DynamicQuantizeLinear')).toHaveLength(1);
    expect(nodes.filter((op) => op === 'MatMulInteger')).toHaveLength(2);
  });
});
