import { scalar, type Tensor } from '../tensor.ts';
import { product } from '../shape.ts';
import { add, cast, divide, greater, multiply } from './elementwise.ts';
import { count } from './indexing.ts';
import { reshape } from './layout.ts';

// Random bits from 32-bit multiplication and addition alone, because the WebGPU provider has neither shifts nor exclusive or.
// Every element's bits are a function of (key, site, row, column), so that a mask needs no state and is the same on every device.
// Rows and columns are mixed thoroughly, one by one; an element is then the product of two sums of a row's and a column's numbers.

const multipliers = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f].map((bits) => bits | 0);
const stream = 0x9e3779b1 | 0;

/** Scatters consecutive numbers over all of int32: as murmur3's finaliser, with + and division for exclusive or and shift. */
const mix = (x: Tensor): Tensor =>
  multipliers.reduce<Tensor>((mixed, multiplier) => multiply(add(mixed, divide(mixed, scalar(65536, 'int32'))), scalar(multiplier, 'int32')), x);

const mixedNumbers = (length: Tensor['shape'][number], key: Tensor, salt: number): Tensor =>
  mix(add(multiply(count(length), scalar(stream, 'int32')), add(key, scalar(Math.imul(salt, 0x632be59b), 'int32'))));

/**
 * Zeroes elements with probability `rate` and scales the others by 1 / (1 - rate) (Srivastava et al. 2014).
 * @param key int32 `[]`, drawn anew for every step.
 * @param site tells one dropout of a model from another.
 */
export function dropout(x: Tensor, rate: number, key: Tensor, site: number): Tensor {
  if (rate === 0) return x;
  const rowShape = x.shape.slice(0, -1), columns = x.shape.at(-1) as number;
  const row = (salt: number) => reshape(mixedNumbers(product(rowShape), key, 4 * site + salt), [...rowShape, 1]);
  const column = (salt: number) => mixedNumbers(columns, key, 4 * site + salt);
  const bits = multiply(add(row(0), column(1)), add(row(2), column(3)));
  const threshold = Math.round(rate * 2 ** 32 - 2 ** 31);
  const kept = cast(greater(bits, scalar(threshold, 'int32')), x.type);
  return multiply(x, multiply(kept, 1 / (1 - rate)));
}
