import { describe, expect, test } from 'vitest';
import { drawBinomial } from '../../../src-main/engine/metrics/binomial.ts';
import { bootstrapIntervals, quantile } from '../../../src-main/engine/metrics/bootstrap.ts';
import { RandomStream } from '../../../src-main/engine/random/philox.ts';
import { resampler } from '../../../src-main/engine/metrics/resample.ts';

const uniforms = (seed: number) => {
  const stream = new RandomStream(seed, 'bootstrap');
  return () => stream.uniform();
};

describe('Binomial draws', () => {
  test.for([
    { trials: 12, probability: 0.3 },
    { trials: 1000, probability: 0.004 },
    { trials: 60, probability: 0.45 },
    { trials: 500, probability: 0.9 },
    { trials: 1_000_000, probability: 0.2 },
  ])('of $trials with probability $probability have its mean, variance and skewness', ({ trials, probability }) => {
    const uniform = uniforms(3);
    const draws = Array.from({ length: 40_000 }, () => drawBinomial(trials, probability, uniform));
    const variance = trials * probability * (1 - probability);
    const standardised = draws.map(draw => (draw - trials * probability) / Math.sqrt(variance));
    const moment = (power: number): number => standardised.reduce((sum, value) => sum + value ** power, 0) / draws.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.025);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.05);
    expect(Math.abs(moment(3) - (1 - 2 * probability) / Math.sqrt(variance))).toBeLessThan(0.1);
  });

  test('follow the distribution itself', () => {
    const [trials, probability, draws] = [40, 0.35, 50_000];
    const uniform = uniforms(4);
    const seen = new Array<number>(trials + 1).fill(0);
    for (let draw = 0; draw < draws; draw++) seen[drawBinomial(trials, probability, uniform)]!++;
    let mass = (1 - probability) ** trials;
    let [chiSquare, cells] = [0, 0];
    for (let successes = 0; successes <= trials; successes++) {
      const expected = mass * draws;
      if (expected > 10) {
        chiSquare += (seen[successes]! - expected) ** 2 / expected;
        cells += 1;
      }
      mass *= ((trials - successes) / (successes + 1)) * (probability / (1 - probability));
    }
    // Mean and five standard deviations of chi-square.
    expect(chiSquare).toBeLessThan(cells + 5 * Math.sqrt(2 * cells));
  });
});

describe('A resample', () => {
  test.for([
    { name: 'many rows of few kinds', counts: [900, 0, 90, 10] },
    { name: 'few rows of a kind', counts: [3, 0, 1, 2] },
  ])('has as many rows as there are, of each kind in proportion ($name)', ({ counts }) => {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    const resample = resampler(counts, uniforms(5));
    const drawn = new Float64Array(counts.length);
    const means = new Float64Array(counts.length);
    for (let index = 0; index < 5000; index++) {
      resample(drawn);
      expect(drawn.reduce((sum, count) => sum + count, 0)).toBe(rows);
      drawn.forEach((count, kind) => (means[kind]! += count / 5000));
    }
    counts.forEach((count, kind) => {
      const deviation = Math.sqrt((count * (rows - count)) / rows / 5000);
      expect(Math.abs(means[kind]! - count)).toBeLessThanOrEqual(5 * deviation);
    });
  });
});

describe('Bootstrap intervals', () => {
  const share = (counts: ArrayLike<number>) => ({ share: counts[0]! / (counts[0]! + counts[1]!) });

  test('of a share are those of the normal approximation when there are many rows', () => {
    const { share: interval } = bootstrapIntervals([8000, 2000], share, { resamples: 5000 });
    const margin = 1.96 * Math.sqrt((0.8 * 0.2) / 10_000);
    expect(interval!.low).toBeCloseTo(0.8 - margin, 3);
    expect(interval!.high).toBeCloseTo(0.8 + margin, 3);
    expect(interval!.level).toBe(0.95);
  });

  test('are the same whether rows are drawn one by one or as counts of their kinds', () => {
    const [kinds, single] = [
      bootstrapIntervals([240, 60], share, { resamples: 4000 }),
      bootstrapIntervals(
        new Array<number>(300).fill(1),
        counts => ({ share: Array.from(counts).slice(0, 240).reduce((sum, count) => sum + count, 0) / 300 }),
        { resamples: 4000 },
      ),
    ];
    expect(single.share!.low).toBeCloseTo(kinds.share!.low, 2);
    expect(single.share!.high).toBeCloseTo(kinds.share!.high, 2);
  });

  test('hold the true value about as often as they claim', () => {
    const uniform = uniforms(6);
    let held = 0;
    for (let sample = 0; sample < 400; sample++) {
      const right = drawBinomial(500, 0.7, uniform);
      const { share: interval } = bootstrapIntervals([right, 500 - right], share, { resamples: 200, level: 0.9, seed: sample });
      if (interval!.low <= 0.7 && 0.7 <= interval!.high) held += 1;
    }
    expect(held / 400).toBeGreaterThan(0.85);
    expect(held / 400).toBeLessThan(0.95);
  });

  test('are deterministic and depend on the generator passed in', () => {
    const run = (seed: number) => bootstrapIntervals([70, 30], share, { resamples: 100, seed });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(bootstrapIntervals([70, 30], share)).toEqual(bootstrapIntervals([70, 30], share));
  });

  test('leave out resamples without a value, and are NaN where none has one', () => {
    const { odds, never } = bootstrapIntervals([1, 1], counts => ({
      odds: counts[1] === 0 ? Number.NaN : counts[0]! / counts[1]!,
      never: Number.NaN,
    }));
    expect(odds).toEqual({ low: 0, high: 1, level: 0.95 });
    expect(never).toEqual({ low: Number.NaN, high: Number.NaN, level: 0.95 });
  });
});

describe('A quantile', () => {
  test('lies between the two nearest values, in proportion', () => {
    expect(quantile([1, 2, 4], 0.25)).toBe(1.5);
    expect(quantile([1, 2, 4], 1)).toBe(4);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
