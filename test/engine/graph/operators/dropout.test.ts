import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src-main/engine/graph/autodiff.ts';
import { dropout } from '../../../../src-main/engine/graph/operators/dropout.ts';
import { sum } from '../../../../src-main/engine/graph/operators/reduce.ts';
import { input } from '../../../../src-main/engine/graph/tensor.ts';
import { device, type Device } from '../../../../src-main/engine/session/device.ts';
import { evaluate } from '../../../support/reference-evaluator.ts';
import { RandomArrays } from '../../../support/random-arrays.ts';
import { runGraph } from '../../../support/run-graph.ts';
import { gpu, gpuIsAbsent, keepGpuOpen } from '../../../support/software-gpu.ts';

const rows = 256, columns = 384, size = rows * columns, cpu = device('cpu', 2);
const key = input('key', [], 'int32'), x = input('x', [rows, columns]);
const ones = new Float32Array(size).fill(1);
const graph = (rate: number, site: number) => new Map([['y', dropout(x, rate, key, site)]]);

async function dropped(rate: number, site: number, keyValue: number, on: Device = cpu): Promise<Float32Array> {
  return (await runGraph(graph(rate, site), { x: ones, key: Int32Array.of(keyValue) }, on)).get('y') as Float32Array;
}
/** 1 where an element was zeroed. */
const mask = async (...draw: Parameters<typeof dropped>) => Uint8Array.from(await dropped(...draw), (value) => Number(value === 0));

// Keys as a seed would draw them, and some that are near to each other or have few bits.
const keys = [0, 1, 2, -1, 65_536, -2_147_483_648, ...new RandomArrays(9).int32(6)];

/** How many standard deviations the share of places where both masks are set is off that of independent ones. */
function dependence(a: Uint8Array, b: Uint8Array, rate: number): number {
  let both = 0;
  for (let place = 0; place < a.length; place++) both += a[place]! & b[place]!;
  const chance = rate * rate;
  return (both - chance * a.length) / Math.sqrt(chance * (1 - chance) * a.length);
}
/** The mask moved by some rows and columns, and the part of the original it lies on. */
function overlap(bits: Uint8Array, down: number, right: number): [Uint8Array, Uint8Array] {
  const [here, there]: [number[], number[]] = [[], []];
  for (let row = 0; row + down < rows; row++) {
    for (let column = 0; column + right < columns; column++) {
      here.push(bits[row * columns + column]!);
      there.push(bits[(row + down) * columns + column + right]!);
    }
  }
  return [Uint8Array.from(here), Uint8Array.from(there)];
}

describe('a dropout mask', () => {
  it.each([0.05, 0.1, 0.3, 0.5, 0.9])('zeroes a share of %d and scales the rest by 1 / (1 - rate)', async (rate) => {
    const deviation = Math.sqrt(rate * (1 - rate) * size);
    for (const value of keys) {
      const y = await dropped(rate, 2, value);
      const zeros = y.reduce((total, element) => total + Number(element === 0), 0);
      expect(Math.abs(zeros - rate * size) / deviation).toBeLessThan(5);
      expect(y.every((element) => element === 0 || Math.abs(element * (1 - rate) - 1) < 1e-6)).toBe(true);
    }
  });

  it('is the same for the same key and site, and another for any other', async () => {
    const first = await dropped(0.1, 0, 77);
    expect(await dropped(0.1, 0, 77)).toEqual(first);
    expect(await dropped(0.1, 1, 77)).not.toEqual(first);
    expect(await dropped(0.1, 0, 78)).not.toEqual(first);
  });

  it('does not repeat itself, nearly or exactly, a few rows or columns further', async () => {
    for (const value of keys) {
      const bits = await mask(0.3, 1, value);
      for (const [down, right] of [[0, 1], [1, 0], [1, 1], [0, 2], [2, 0], [0, 64], [64, 0], [128, 128]] as const) {
        expect(Math.abs(dependence(...overlap(bits, down, right), 0.3)), `key ${value}, ${down} down, ${right} right`).toBeLessThan(5);
      }
    }
  });

  it('has nothing to do with that of another site or key', async () => {
    const masks: Uint8Array[] = [];
    for (const site of [0, 1, 2, 36]) for (const value of keys.slice(0, 6)) masks.push(await mask(0.3, site, value));
    for (const [index, a] of masks.entries()) for (const b of masks.slice(index + 1)) expect(Math.abs(dependence(a, b, 0.3))).toBeLessThan(5);
  });

  it('has every pattern of two by two neighbours as often as independent bits would', async () => {
    const rate = 0.3;
    let total = 0;
    for (const value of keys) {
      const bits = await mask(rate, 3, value), seen = new Float64Array(16);
      for (let row = 0; row < rows; row += 2) {
        for (let column = 0; column < columns; column += 2) {
          const place = row * columns + column;
          seen[bits[place]! + 2 * bits[place + 1]! + 4 * bits[place + columns]! + 8 * bits[place + columns + 1]!]! += 1;
        }
      }
      const chiSquare = seen.reduce((sum, times, pattern) => {
        const set = [1, 2, 4, 8].filter((bit) => pattern & bit).length;
        const expected = (size / 4) * rate ** set * (1 - rate) ** (4 - set);
        return sum + (times - expected) ** 2 / expected;
      }, 0);
      total += chiSquare;
      // 15 degrees of freedom; five standard deviations.
      expect(chiSquare, `key ${value}`).toBeLessThan(15 + 5 * Math.sqrt(30));
    }
    expect(total).toBeLessThan(15 * keys.length + 4 * Math.sqrt(30 * keys.length));
  });

  it('spreads its zeros over rows and columns as evenly as chance does, no more and no less', async () => {
    const rate = 0.3;
    for (const value of keys) {
      const bits = await mask(rate, 4, value);
      const inRow = new Float64Array(rows), inColumn = new Float64Array(columns);
      bits.forEach((bit, place) => {
        inRow[Math.floor(place / columns)]! += bit;
        inColumn[place % columns]! += bit;
      });
      for (const [sums, length] of [[inRow, columns], [inColumn, rows]] as const) {
        const variance = sums.reduce((total, zeros) => total + (zeros - length * rate) ** 2, 0) / sums.length;
        expect(Math.abs(variance / (length * rate * (1 - rate)) - 1) / Math.sqrt(2 / sums.length)).toBeLessThan(5);
      }
    }
  });

  // An element is made from a number of its row and one of its column: corners of rectangles are where such a scheme would show.
  it('has no more even than odd corners of rectangles than chance gives', async () => {
    const rate = 0.3, rectangles = 40_000;
    for (const value of keys) {
      const bits = await mask(rate, 5, value), random = new RandomArrays(11);
      const [tops, bottoms] = [random.whole(rows, rectangles), random.whole(rows, rectangles)], [lefts, rights] = [random.whole(columns, rectangles), random.whole(columns, rectangles)];
      const centred = (row: number, column: number) => bits[row * columns + column]! - rate;
      let total = 0;
      for (let index = 0; index < rectangles; index++) {
        const [top, bottom, left, right] = [tops[index]!, bottoms[index]!, lefts[index]!, rights[index]!];
        if (top !== bottom && left !== right) total += centred(top, left) * centred(top, right) * centred(bottom, left) * centred(bottom, right);
      }
      expect(Math.abs(total) / (Math.sqrt(rectangles) * (rate * (1 - rate)) ** 2), `key ${value}`).toBeLessThan(5);
    }
  });

  it('is that of the reference evaluator, bit for bit, with axes of named length', async () => {
    const lengths = { batch: 3, length: 7 }, scores = new Float32Array(3 * 2 * 7 * 7).fill(1);
    const attention = new Map([['y', dropout(input('scores', ['batch', 2, 'length', 'length']), 0.25, key, 6)]]);
    for (const value of keys) {
      const expected = evaluate(attention, { scores, key: [value] }, lengths).get('y')!.data;
      expect((await runGraph(attention, { scores, key: Int32Array.of(value) }, cpu, lengths)).get('y')).toEqual(Float32Array.from(expected));
    }
  });

  it('is used again by the gradient', async () => {
    const y = dropout(x, 0.4, key, 7), [gradient] = gradients(sum(y), [x]);
    const results = await runGraph(new Map([['y', y], ['gradient', gradient!]]), { x: ones, key: Int32Array.of(4242) }, cpu);
    expect(results.get('gradient')).toEqual(results.get('y'));
  });
});

describe.skipIf(gpuIsAbsent)('a dropout mask on WebGPU', () => {
  keepGpuOpen();
  it('is the same as on the CPU', async () => {
    for (const value of keys) for (const site of [0, 17]) expect(await mask(0.1, site, value, gpu)).toEqual(await mask(0.1, site, value));
  });
});
