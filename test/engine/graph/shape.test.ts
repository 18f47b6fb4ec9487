import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { broadcast, factors, normaliseAxes, product, sameSize } from '../../../src-main/engine/graph/shape.ts';
import { ShapeError, type Dimension, type Shape } from '../../../src-main/engine/graph/tensor.ts';
import { broadcastShape, generate, readBroadcast } from '../../support/reference-array.ts';
import { boundShape } from '../../support/reference-evaluator.ts';

// Primes that no fixed length in these tests has as a factor: different products of names are then different numbers.
const lengths = { batch: 10_007, length: 10_009, heads: 10_037 };
const names = Object.keys(lengths);

const fixed = fc.integer({ min: 1, max: 12 });
const named = fc.constantFrom(...names);
const compound = fc.tuple(fc.option(fixed, { nil: 1 }), fc.subarray(names, { minLength: 1 })).map(([factor, parts]): Dimension => product([factor, ...parts]));
const shapes = fc.array(fc.oneof(fixed, named, compound), { maxLength: 5 });

/** The number of elements, which may be past 2^53. */
const exactSize = (shape: Shape): bigint =>
  shape.flatMap((dimension) => String(dimension).split('*')).reduce((size, part) => size * BigInt(lengths[part as keyof typeof lengths] ?? part), 1n);

/** A shape, and two that broadcast to it. */
const compatible = fc.array(fc.tuple(fc.oneof(fixed, named), fc.boolean(), fc.boolean()), { maxLength: 4 }).chain((axes) =>
  fc.tuple(fc.nat(axes.length), fc.nat(axes.length)).map(([dropA, dropB]) => {
    const operand = (drop: number, which: 1 | 2) => axes.slice(drop).map((axis) => (axis[which] ? 1 : axis[0]));
    return { a: operand(dropA, 1), b: operand(dropB, 2) };
  }));
const tensor = (shape: Shape) => ({ shape, type: 'float32' as const });
const together = (...operands: Shape[]) => broadcast('test', operands.map(tensor));

describe('broadcasting', () => {
  it('gives the shape of NumPy\'s rules, whatever the order of the operands', () => {
    fc.assert(fc.property(compatible, ({ a, b }) => {
      const small = { batch: 2, length: 3, heads: 4 };
      expect(boundShape(together(a, b), small)).toEqual(broadcastShape([boundShape(a, small), boundShape(b, small)]));
      expect(together(b, a)).toEqual(together(a, b));
    }));
  });

  it('changes nothing when it is done again, or one operand after another', () => {
    fc.assert(fc.property(compatible, ({ a, b }) => {
      const result = together(a, b);
      expect(together(result, a)).toEqual(result);
      expect(together(result, b)).toEqual(result);
      expect(together(a, b, result)).toEqual(result);
    }));
  });

  it('refuses lengths that differ, also a named one beside a number', () => {
    fc.assert(fc.property(shapes, fc.nat(4), fixed, (shape, place, other) => {
      fc.pre(place < shape.length && shape[place] !== 1 && other !== 1 && shape[place] !== other);
      expect(() => together(shape, shape.with(place, other))).toThrow(ShapeError);
    }));
  });

  it('says which operator, which operands and which axis do not fit', () => {
    expect(() => together([2, 'length'], [2, 4])).toThrow('test of float32[2, length], float32[2, 4]: axis 1 differs');
  });

  it('of the reference evaluator repeats along axes of length one', () => {
    const row = { shape: [1, 3], data: Float64Array.of(1, 2, 3) };
    expect([...generate([2, 2, 3], (index) => readBroadcast(row, index)).data]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });
});

describe('a product of lengths', () => {
  it('is the product of what the lengths stand for', () => {
    fc.assert(fc.property(shapes, (shape) => {
      expect(exactSize([product(shape)])).toBe(exactSize(shape));
    }));
  });

  it('is written one way only, however it is put together', () => {
    fc.assert(fc.property(shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.shuffledSubarray(shape, { minLength: shape.length }), fc.nat(5))), ([shape, shuffled, cut]) => {
      expect(product(shuffled)).toBe(product(shape));
      expect(product([product(shape.slice(0, cut)), product(shape.slice(cut))])).toBe(product(shape));
    }));
  });

  it.each([[['batch', 'length'], 'batch*length'], [['length', 12, 'batch'], '12*batch*length'], [['batch*length', 3, 4], '12*batch*length'], [['batch', 1], 'batch'], [[3, 4], 12], [[], 1]])('of %j is written %j', (shape, written) => {
    expect(product(shape)).toBe(written);
  });

  it('comes apart into its number and its names', () => {
    expect(factors(['12*batch*length'])).toEqual({ factor: 12, names: ['batch', 'length'] });
    expect(factors(['length', 2, '3*batch'])).toEqual({ factor: 6, names: ['batch', 'length'] });
    expect(factors([])).toEqual({ factor: 1, names: [] });
  });
});

describe('two shapes', () => {
  it('have the same size just when they hold equally many elements whatever the named lengths are', () => {
    fc.assert(fc.property(shapes, shapes, (a, b) => {
      expect(sameSize(a, b)).toBe(exactSize(a) === exactSize(b));
    }));
  });

  it('have the same size when one is the other with axes merged', () => {
    fc.assert(fc.property(shapes, fc.nat(5), fc.nat(5), (shape, start, count) => {
      expect(sameSize(shape, shape.toSpliced(start, count, product(shape.slice(start, start + count))))).toBe(true);
    }));
  });
});

it('axes counted from the end are those counted from the start', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }).chain((rank) => fc.tuple(fc.constant(rank), fc.subarray(Array.from({ length: rank }, (_, axis) => axis)), fc.infiniteStream(fc.boolean()))), ([rank, axes, fromEnd]) => {
    const written = axes.map((axis) => (fromEnd.next().value ? axis - rank : axis)).reverse();
    expect(normaliseAxes(written, rank)).toEqual(axes);
  }));
});
