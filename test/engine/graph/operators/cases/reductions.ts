import { max, mean, sum, sumOfSquares } from '../../../../../src-main/engine/graph/operators/reduce.ts';
import { layerNorm, logSumExp, softmax } from '../../../../../src-main/engine/graph/operators/normalisation.ts';
import { distinct, given, normal, positive, useOf, type OperatorCase } from '../case.ts';

const large = given(Float32Array.of(300, 301, 299, -500, -501, -502), 2, 3);

export const reductionCases: readonly OperatorCase[] = [
  useOf('sum', 'everything', [normal(3, 4)], (x) => sum(x)),
  useOf('sum', 'an axis counted from the end', [normal(3, 4)], (x) => sum(x, [-1])),
  useOf('sum', 'several axes, kept', [normal(2, 3, 4)], (x) => sum(x, [0, 2], true)),
  useOf('sum', 'a named length', [normal('batch', 'length', 2)], (x) => sum(x, [1])),
  useOf('mean', 'everything', [normal(3, 4)], (x) => mean(x)),
  useOf('mean', 'the last axis, kept', [normal('batch', 'length', 4)], (x) => mean(x, [-1], true)),
  useOf('max', 'everything', [distinct(3, 4)], (x) => max(x)),
  useOf('max', 'the last axis', [distinct('batch', 'length', 4)], (x) => max(x, [-1])),
  useOf('max', 'two axes, kept', [distinct(2, 3, 4)], (x) => max(x, [0, 2], true)),
  useOf('sumOfSquares', 'a matrix', [normal(5, 7)], sumOfSquares),
  useOf('sumOfSquares', 'named lengths', [normal('batch', 'length', 2)], sumOfSquares),

  useOf('softmax', 'a matrix', [normal(3, 5)], softmax),
  useOf('softmax', 'the last of four axes', [normal('batch', 2, 'length', 'length')], softmax),
  useOf('softmax', 'numbers whose exponentials overflow', [large], softmax),
  useOf('logSumExp', 'a matrix', [normal(3, 5)], logSumExp),
  useOf('logSumExp', 'named lengths', [normal('batch', 'length')], logSumExp),
  useOf('logSumExp', 'numbers whose exponentials overflow', [large], logSumExp),
  useOf('layerNorm', 'a matrix', [normal(3, 8), positive(8), normal(8)], (x, weight, bias) => layerNorm(x, weight, bias, 1e-12)),
  useOf('layerNorm', 'three axes with named lengths', [normal('batch', 'length', 4), positive(4), normal(4)], (x, weight, bias) => layerNorm(x, weight, bias, 1e-5)),
  useOf('layerNorm', 'a large epsilon', [normal(2, 4), positive(4), normal(4)], (x, weight, bias) => layerNorm(x, weight, bias, 0.5)),
];
