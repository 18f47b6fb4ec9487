import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCodeUnits } from '../../../src-main/engine/tokenizers/offsets.ts';

test('text without astral characters keeps its offsets', () => {
  expect([...toCodeUnits([[0, 3], [4, 5]], 'née 中')]).toEqual([0, 3, 4, 5]);
});

test('a character beyond U+FFFF takes two units', () => {
  expect([...toCodeUnits([[0, 1], [1, 3], [4, 5]], '😀a𠀀 b')]).toEqual([0, 2, 2, 5, 6, 7]);
});

test('a lone surrogate is one code point of one unit', () => {
  expect([...toCodeUnits([[0, 1], [1, 2], [2, 3]], '\uDC00😀b')]).toEqual([0, 1, 1, 3, 3, 4]);
});

test('any slice by code points is the same slice by units, whatever the text', () => {
  const text = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom('\uD83D', '\uDE00', 'a', ' ')) });
  fc.assert(fc.property(text, fc.nat(50), fc.nat(50), (whole, one, other) => {
    const points = [...whole];
    const start = Math.min(one, other, points.length);
    const end = Math.min(Math.max(one, other), points.length);
    const [from, to] = toCodeUnits([[start, end]], whole);
    expect(whole.slice(from, to)).toBe(points.slice(start, end).join(''));
  }));
});
