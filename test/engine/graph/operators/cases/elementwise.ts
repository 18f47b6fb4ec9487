import * as elementwise from '../../../../../src-main/engine/graph/operators/elementwise.ts';
import { scalar, type Tensor } from '../../../../../src-main/engine/graph/tensor.ts';
import { anyInt32, bools, distinct, given, normal, positive, useOf, whole, type Operand, type OperatorCase } from '../case.ts';

const { add, subtract, multiply, divide, equal, greater, less, maximum, minimum, where, cast, stopGradient } = elementwise;
type Binary = (a: Tensor, b: Tensor | number) => Tensor;

const broadcasting = (name: string, compute: Binary, a: (...shape: (number | string)[]) => Operand, b = a): OperatorCase[] => [
  useOf(name, 'equal shapes', [a(3, 4), b(3, 4)], compute),
  useOf(name, 'a matrix and a row', [a(3, 4), b(4)], compute),
  useOf(name, 'a column and a row', [a(3, 1), b(1, 4)], compute),
  useOf(name, 'a single number and named lengths', [a(), b('batch', 'length')], compute),
  useOf(name, 'named lengths and one of them', [a('batch', 1, 'length', 2), b('length', 1)], compute),
  useOf(name, 'a plain number', [a(3, 2)], (x) => compute(x, 0.75)),
];

const smooth: OperatorCase[] = [
  ...broadcasting('add', add, normal), ...broadcasting('subtract', subtract, normal),
  ...broadcasting('multiply', multiply, normal), ...broadcasting('divide', divide, normal, positive),
];

const apart = (name: string, compute: Binary): OperatorCase[] => [
  useOf(name, 'values apart', [distinct(12)], (x) => compute(x, 0.3)),
  useOf(name, 'a matrix and a row', [given(Float32Array.of(1, 5, 3, -2, 0.5, 8), 2, 3), given(Float32Array.of(2, 4, 3.5), 3)], compute),
  useOf(name, 'int32', [given(Int32Array.of(1, -5, 3, 4), 4), given(Int32Array.of(2, -7, 3, 4), 4)], compute),
];

const int32Arithmetic = ([['add', add], ['subtract', subtract], ['multiply', multiply]] as const).map(([name, compute]) =>
  useOf(name, 'int32, which wraps around', [anyInt32(4, 5), anyInt32(5)], compute));

const unary = (['negate', 'exp', 'tanh', 'sigmoid', 'erf'] as const).flatMap((name) => [
  useOf(name, 'a matrix', [normal(4, 5)], elementwise[name]),
  useOf(name, 'named lengths', [normal('batch', 'length')], elementwise[name]),
]);

export const elementwiseCases: readonly OperatorCase[] = [
  ...smooth, ...int32Arithmetic, ...unary,
  useOf('divide', 'int32, which rounds towards zero', [given(Int32Array.of(7, -7, 7, -7, 0, -2_147_483_647, 65_535, -65_537), 8), given(Int32Array.of(2, 2, -2, -2, 5, 65_536, 65_536, 65_536), 8)], divide),
  ...([['equal', equal], ['greater', greater], ['less', less], ['maximum', maximum], ['minimum', minimum]] as const).flatMap(([name, compute]) => apart(name, compute)),
  useOf('exp', 'numbers large and small', [given(Float32Array.of(-80, -1, 0, 1, 10), 5)], elementwise.exp),
  useOf('erf', 'numbers on both sides of its bend', [given(Float32Array.of(-5, -2, -0.5, -0.01, 0.01, 0.5, 2, 5), 8)], elementwise.erf),
  useOf('log', 'positive numbers', [positive(4, 5)], elementwise.log),
  useOf('sqrt', 'positive numbers', [positive(4, 5)], elementwise.sqrt),
  useOf('absolute', 'numbers off zero', [distinct(4, 5)], elementwise.absolute),
  useOf('relu', 'numbers off zero', [distinct(4, 5)], elementwise.relu),
  useOf('where', 'equal shapes', [bools(3, 4), normal(3, 4), normal(3, 4)], where),
  useOf('where', 'operands that are all broadcast', [bools(3, 1), normal(4), normal('batch', 1, 1)], where),
  useOf('where', 'a plain number', [bools('batch', 'length'), normal('batch', 'length')], (condition, x) => where(condition, x, scalar(-2))),
  useOf('cast', 'bool to float32', [bools(7)], (x) => cast(x, 'float32')),
  useOf('cast', 'int32 to float32', [whole(1000, 7)], (x) => cast(x, 'float32')),
  useOf('cast', 'float32 to int32, which cuts off the fraction', [given(Float32Array.of(-2.75, -0.5, 0.5, 2.75, 1e6), 5)], (x) => cast(x, 'int32')),
  useOf('cast', 'a number to bool', [given(Int32Array.of(0, 1, -3), 3)], (x) => cast(x, 'bool')),
  useOf('cast', 'float16 and back', [given(Float32Array.of(0.5, -1.25, 1024, 0), 4)], (x) => cast(cast(x, 'float16'), 'float32'), { half: true }),
  useOf('stopGradient', 'a matrix', [normal(3, 4)], (x) => stopGradient(multiply(x, x)), { constant: true }),
];
