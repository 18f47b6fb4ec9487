import { activations, gelu, geluTanh } from '../../../../../src-main/engine/graph/operators/activation.ts';
import { linear, matmul } from '../../../../../src-main/engine/graph/operators/products.ts';
import { reshape } from '../../../../../src-main/engine/graph/operators/layout.ts';
import { distinct, given, normal, useOf, type OperatorCase } from '../case.ts';

const wide = given(Float32Array.of(-12, -5, -2.5, -1, -0.1, 0, 0.1, 1, 2.5, 5, 12), 11);

const transpositions = [[false, false], [false, true], [true, false], [true, true]].map(([transposeA, transposeB]) => {
  const a = transposeA ? normal(2, 3, 4) : normal(2, 4, 3), b = transposeB ? normal(2, 5, 3) : normal(2, 3, 5);
  return useOf('matmul', `${transposeA ? 'a transposed' : 'an'} operand and ${transposeB ? 'a transposed' : 'another'} one`, [a, b], (x, y) => matmul(x, y, { transposeA: transposeA!, transposeB: transposeB! }));
});

export const productCases: readonly OperatorCase[] = [
  useOf('linear', 'with a bias', [normal(3, 4), normal(5, 4), normal(5)], linear),
  useOf('linear', 'without a bias', [normal(3, 4), normal(5, 4)], linear),
  useOf('linear', 'rows of a named product', [normal('batch', 'length', 4), normal(2, 4), normal(2)], (x, weight, bias) => linear(reshape(x, ['batch*length', 4]), weight, bias)),
  useOf('linear', 'one row', [normal(1, 4), normal(3, 4), normal(3)], linear),
  ...transpositions,
  useOf('matmul', 'matrices', [normal(3, 4), normal(4, 2)], (a, b) => matmul(a, b)),
  useOf('matmul', 'scores of attention', [normal('batch', 2, 'length', 3), normal('batch', 2, 'length', 3)], (query, key) => matmul(query, key, { transposeB: true, scale: 1 / Math.sqrt(3) })),
  useOf('matmul', 'attention over values', [normal('batch', 2, 'length', 'length'), normal('batch', 2, 'length', 3)], (attention, value) => matmul(attention, value)),

  useOf('gelu', 'a matrix', [normal(4, 5)], gelu),
  useOf('gelu', 'numbers large and small', [wide], gelu),
  useOf('geluTanh', 'a matrix', [normal(4, 5)], geluTanh),
  useOf('geluTanh', 'numbers large and small', [wide], geluTanh),
  ...Object.entries(activations).map(([name, activate]) => useOf('activations', `${name} of named lengths`, [distinct('batch', 'length', 2)], activate)),
];
