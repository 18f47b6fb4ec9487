import type { ElementType } from '../../src-main/engine/graph/tensor.ts';
import { accumulate, broadcastShape, generate, read, readBroadcast, rowsOf, sizeOf, type NumericArray } from './reference-array.ts';

/** The attributes that operators have, with lengths in numbers. A rule reads those of its own operator. */
export interface Attributes {
  readonly shape: readonly number[];
  readonly length: number;
  readonly order: readonly number[];
  readonly axis: number;
  readonly axes: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly parts: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly scale?: number;
  readonly epsilon: number;
}

interface Context {
  readonly attributes: Attributes;
  /** Of the first output. */
  readonly type: ElementType;
}

/** Computes all outputs of an operator, as plainly as possible. */
type Rule = (inputs: readonly NumericArray[], context: Context) => NumericArray | readonly NumericArray[];

const wrap = (value: number, type: ElementType) => (type === 'int32' ? value | 0 : value);

const elementwise = (compute: (values: readonly number[], type: ElementType) => number): Rule => (inputs, { type }) =>
  generate(broadcastShape(inputs.map(({ shape }) => shape)), (index) => compute(inputs.map((x) => readBroadcast(x, index)), type));

const unary = (compute: (value: number) => number): Rule => elementwise(([value], type) => wrap(compute(value!), type));
const binary = (compute: (a: number, b: number) => number): Rule => elementwise(([a, b], type) => wrap(compute(a!, b!), type));

/** By its series of positive terms, which loses nothing to cancellation. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x, total = 0;
  for (let n = 1; total + term !== total; n++) {
    total += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(sum(values.map((value) => Math.exp(value - largest))));
}

function product(a: NumericArray, b: NumericArray, { transposeA, transposeB, scale = 1 }: Attributes, bias?: NumericArray): NumericArray {
  const [rows, inner] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
  const columns = b.shape.at(transposeB ? -2 : -1)!, [inA, inB] = [a, b].map((x) => sizeOf(x.shape.slice(-2)));
  let place = 0;
  return generate([...a.shape.slice(0, -2), rows!, columns], (index) => {
    const matrix = Math.floor(place++ / (rows! * columns)), [row, column] = index.slice(-2) as [number, number];
    let total = 0;
    for (let k = 0; k < inner!; k++) {
      const left = a.data[matrix * inA! + (transposeA ? k * rows! + row : row * inner! + k)]!, right = b.data[matrix * inB! + (transposeB ? column * inner! + k : k * columns + column)]!;
      total += left * right;
    }
    return scale * total + (bias ? bias.data[column]! : 0);
  });
}

function layerNorm([x, weight, bias]: readonly NumericArray[], epsilon: number): NumericArray[] {
  const rows = rowsOf(x!), statisticsShape = x!.shape.with(-1, 1);
  const means = rows.map((row) => sum(row) / row.length);
  const inverseDeviations = rows.map((row, index) => 1 / Math.sqrt(sum(row.map((value) => (value - means[index]!) ** 2)) / row.length + epsilon));
  const normalised = rows.flatMap((row, index) => row.map((value, column) => (value - means[index]!) * inverseDeviations[index]! * weight!.data[column]! + bias!.data[column]!));
  return [{ shape: x!.shape, data: Float64Array.from(normalised) }, { shape: statisticsShape, data: Float64Array.from(means) }, { shape: statisticsShape, data: Float64Array.from(inverseDeviations) }];
}

export const rules: Readonly<Record<string, Rule>> = {
  add: binary((a, b) => a + b),
  subtract: binary((a, b) => a - b),
  multiply: elementwise(([a, b], type) => (type === 'int32' ? Math.imul(a!, b!) : a! * b!)),
  divide: elementwise(([a, b], type) => (type === 'int32' ? Math.trunc(a! / b!) : a! / b!)),
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  equal: binary((a, b) => Number(a === b)),
  greater: binary((a, b) => Number(a > b)),
  less: binary((a, b) => Number(a < b)),
  where: elementwise(([condition, a, b]) => (condition ? a! : b!)),
  negate: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  absolute: unary(Math.abs),
  relu: unary((x) => Math.max(x, 0)),
  erf: unary(erf),
  gelu: unary((x) => (x * (1 + erf(x / Math.SQRT2))) / 2),
  cast: elementwise(([x], type) => (type === 'bool' ? Number(x !== 0) : type === 'int32' ? x! | 0 : x!)),
  stopGradient: ([x]) => x!,

  expand: ([x], { attributes: { shape } }) => generate(shape, (index) => readBroadcast(x!, index)),
  sumTo: ([x], { attributes: { shape } }) => accumulate(shape, x!),
  reshape: ([x], { attributes: { shape } }) => ({ shape, data: x!.data }),
  transpose: ([x], { attributes: { order } }) => {
    const shape = order.map((axis) => x!.shape[axis]!);
    return generate(shape, (index) => read(x!, order.map((_, axis) => index[order.indexOf(axis)]!)));
  },
  slice: ([x], { attributes: { axis, start, end } }) => generate(x!.shape.with(axis, end - start), (index) => read(x!, index.with(axis, index[axis]! + start))),
  split: ([x], { attributes: { axis, parts } }) => {
    const length = x!.shape[axis]! / parts;
    return Array.from({ length: parts }, (_, part) => generate(x!.shape.with(axis, length), (index) => read(x!, index.with(axis, index[axis]! + part * length))));
  },
  pad: ([x], { attributes: { axis, start, shape } }) => generate(shape, (index) => {
    const place = index[axis]! - start;
    return place < 0 || place >= x!.shape[axis]! ? 0 : read(x!, index.with(axis, place));
  }),
  concat: (inputs, { attributes: { axis } }) => generate(inputs[0]!.shape.with(axis, sum(inputs.map(({ shape }) => shape[axis]!))), (index) => {
    let place = index[axis]!, operand = 0;
    while (place >= inputs[operand]!.shape[axis]!) place -= inputs[operand++]!.shape[axis]!;
    return read(inputs[operand]!, index.with(axis, place));
  }),

  max: ([x], { attributes: { axes } }) => {
    const shape = x!.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    return generate(shape, (index) => {
      const among = generate(x!.shape, (candidate) => (shape.every((length, axis) => length === 1 || candidate[axis] === index[axis]) ? read(x!, candidate) : -Infinity));
      return Math.max(...among.data);
    });
  },
  sumOfSquares: ([x]) => ({ shape: [], data: Float64Array.of(sum(Array.from(x!.data, (value) => value ** 2))) }),

  gather: ([table, ids]) => generate([...ids!.shape, table!.shape[1]!], (index) => read(table!, [read(ids!, index.slice(0, -1)), index.at(-1)!])),
  scatterRows: ([rows, ids], { attributes: { shape } }) => accumulate(shape, rows!, (index) => [read(ids!, index.slice(0, -1)), index.at(-1)!]),
  count: (_inputs, { attributes: { length } }) => generate([length], ([place]) => place!),

  linear: ([a, b, bias], { attributes }) => product(a!, b!, attributes, bias),
  matmul: ([a, b], { attributes }) => product(a!, b!, attributes),
  softmax: ([x]) => ({ shape: x!.shape, data: Float64Array.from(rowsOf(x!).flatMap((row) => row.map((value) => Math.exp(value - logSumExp(row))))) }),
  logSumExp: ([x]) => ({ shape: x!.shape.with(-1, 1), data: Float64Array.from(rowsOf(x!), logSumExp) }),
  layerNorm: (inputs, { attributes: { epsilon } }) => layerNorm(inputs, epsilon),
};
