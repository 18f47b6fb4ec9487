import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from '../../../src-main/engine/weights/half.ts';

const everyPattern = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;
const halfOf = (value: number): number => float32ToFloat16(Float32Array.of(value))[0]!;
const brainOf = (value: number): number => float32ToBfloat16(Float32Array.of(value))[0]!;
const isNotANumberPattern = (bits: number, infinity: number): boolean => (bits & 0x7fff) > infinity;

type TypedArray = ArrayLike<number> & { buffer: ArrayBuffer };
const Float16Array = (globalThis as { Float16Array?: new (values: ArrayLike<number> | ArrayBuffer) => TypedArray }).Float16Array;

describe('float16', () => {
  it('keeps every value through float32 and back', () => {
    const back = float32ToFloat16(float16ToFloat32(everyPattern));
    const expected = everyPattern.map((bits) => (isNotANumberPattern(bits, 0x7c00) ? 0x7e00 | (bits & 0x8000) : bits));
    expect(back.map((bits, index) => (isNotANumberPattern(everyPattern[index]!, 0x7c00) ? bits | (everyPattern[index]! & 0x8000) : bits))).toEqual(expected);
  });

  it('knows the landmarks of the format', () => {
    expect([...float16ToFloat32(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00, 0xfc00))]).toEqual([1, -2, 65_504, 2 ** -24, 2 ** -14, Infinity, -Infinity]);
    expect(Object.is(float16ToFloat32(Uint16Array.of(0x8000))[0], -0)).toBe(true);
  });

  it('rounds to nearest, ties to even, also among subnormals and into infinity', () => {
    expect(halfOf(1 + 2 ** -11)).toBe(0x3c00);
    expect(halfOf(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(halfOf(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect([halfOf(2 ** -25), halfOf(1.5 * 2 ** -25), halfOf(1.5 * 2 ** -24), halfOf(2.5 * 2 ** -24)]).toEqual([0, 1, 2, 2]);
    expect([halfOf(65_519), halfOf(65_520), halfOf(1e30), halfOf(-1e30)]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00]);
  });

  it.skipIf(!Float16Array)('agrees with the Float16Array of the engine on any float32', () => {
    expect(float16ToFloat32(everyPattern)).toEqual(Float32Array.from(new Float16Array!(everyPattern.slice().buffer)));
    fc.assert(fc.property(fc.float({ noNaN: true }), (value) => {
      expect(halfOf(value)).toBe(new Uint16Array(new Float16Array!([value]).buffer)[0]);
    }), { numRuns: 2000 });
  });
});

describe('bfloat16', () => {
  it('is the upper half of a float32', () => {
    expect(bfloat16ToFloat32(everyPattern).every((value, bits) => Number.isNaN(value) || bitsOf(value) === bits * 65_536)).toBe(true);
  });

  it('rounds to nearest, ties to even, and carries into the exponent and into infinity', () => {
    expect([brainOf(1 + 2 ** -8), brainOf(1 + 3 * 2 ** -8), brainOf(2 - 2 ** -9), brainOf(3.4e38)]).toEqual([0x3f80, 0x3f82, 0x4000, 0x7f80]);
  });

  it('is never further from a value than its neighbours', () => {
    fc.assert(fc.property(fc.float({ noNaN: true, min: -(2 ** 100), max: 2 ** 100 }), (value) => {
      const bits = brainOf(value);
      const distance = (pattern: number): number => Math.abs(bfloat16ToFloat32(Uint16Array.of(pattern))[0]! - value);
      expect(distance(bits)).toBeLessThanOrEqual(Math.min(distance(bits + 1), (bits & 0x7fff) > 0 ? distance(bits - 1) : Infinity));
    }));
  });
});

it('keeps NaN as NaN in both', () => {
  const notANumbers = new Float32Array(Uint32Array.of(0x7f80_0001, 0x7fff_ffff, 0xffc0_0000, 0xffff_ffff).buffer);
  expect(float16ToFloat32(float32ToFloat16(notANumbers))).toEqual(Float32Array.of(NaN, NaN, NaN, NaN));
  expect(bfloat16ToFloat32(float32ToBfloat16(notANumbers))).toEqual(Float32Array.of(NaN, NaN, NaN, NaN));
});

it('respects the window of a view on a larger buffer', () => {
  const window = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  expect([...float16ToFloat32(float32ToFloat16(window))]).toEqual([1, 2]);
  expect([...bfloat16ToFloat32(float32ToBfloat16(window))]).toEqual([1, 2]);
});
