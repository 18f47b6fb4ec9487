import { describe, expect, test } from 'vitest';
import { philox, RandomStream } from '../../../src-main/engine/random/philox.ts';

const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('Philox4x32-10', () => {
  // The known answers published with the authors' Random123 library.
  test.for([
    { counter: [0, 0, 0, 0], key: [0, 0], answer: '6627e8d5 e169c58d bc57ac4c 9b00dbd8' },
    { counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], key: [0xffffffff, 0xffffffff], answer: '408f276d 41c83b0e a20bc7c6 6d5451fd' },
    { counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], key: [0xa4093822, 0x299f31d0], answer: 'd16cfe09 94fdcceb 5001e420 24126ea1' },
  ] as const)('gives the published words for counter $counter', ({ counter, key, answer }) => {
    expect(hex(philox(counter, key))).toBe(answer);
  });
});

describe('A random stream', () => {
  const words = (stream: RandomStream, count = 100) => Array.from({ length: count }, () => stream.uint32());

  test('gives the same numbers again for the same seed, purpose and step', () => {
    expect(words(new RandomStream(7, 'order', 3))).toEqual(words(new RandomStream(7, 'order', 3)));
  });

  test('differs by seed, by purpose and by step, also for seeds beyond 32 bits', () => {
    const streams = [new RandomStream(7, 'order', 3), new RandomStream(8, 'order', 3), new RandomStream(7, 'dropout', 3), new RandomStream(7, 'order', 4), new RandomStream(7 + 2 ** 40, 'order', 3)];
    expect(new Set(streams.map((stream) => words(stream).join())).size).toBe(streams.length);
  });

  test('sets every bit half the time, and neighbouring seeds agree in half of them', () => {
    const [one, other] = [words(new RandomStream(0, 'split'), 4000), words(new RandomStream(1, 'split'), 4000)];
    for (let bit = 0; bit < 32; bit++) {
      const set = one.filter((word) => (word >>> bit) & 1).length, equal = one.filter((word, index) => (~(word ^ (other[index] as number)) >>> bit) & 1).length;
      // Five standard deviations of a fair coin thrown 4000 times.
      expect(Math.abs(set - 2000)).toBeLessThan(158);
      expect(Math.abs(equal - 2000)).toBeLessThan(158);
    }
  });

  test('draws from a normal distribution of mean 0 and deviation 1', () => {
    const stream = new RandomStream(1, 'initialisation'), values = Array.from({ length: 100_000 }, () => stream.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
  });

  test('puts every row at every place of a permutation equally often', () => {
    const counts = Array.from({ length: 25 }, () => 0);
    for (let step = 0; step < 5000; step++) new RandomStream(1, 'order', step).permutation(5).forEach((row, place) => { counts[5 * place + row]!++; });
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(142);
  });
});
