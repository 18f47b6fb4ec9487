import type { ConfidenceInterval, Intervals } from '../../../shared/domain/metrics.ts';
import { RandomStream } from '../random/philox.ts';
import { resampler } from './resample.ts';

export interface BootstrapOptions {
  /** 1000 unless told; 0 for no intervals. */
  readonly resamples?: number;
  /** 0.95 unless told. */
  readonly level?: number;
  /** 0 unless told: equal results have equal intervals. */
  readonly seed?: number;
}

/**
 * Percentile intervals (Efron and Tibshirani, 1993, chapter 13) of several statistics of the same resampled rows.
 * `counts` `[kinds]` says how many rows there are of each kind; `statistics` gets such counts of a resample (an array that it must not keep).
 * A resample on which a statistic is undefined (NaN) is left out of its interval; without any left both ends are NaN.
 */
export function bootstrapIntervals<Scores extends { readonly [name: string]: number }>(
  counts: ArrayLike<number>,
  statistics: (counts: ArrayLike<number>) => Scores,
  options: BootstrapOptions = {},
): Intervals<Scores> {
  const { resamples = 1000, level = 0.95, seed = 0 } = options;
  const random = new RandomStream(seed, 'bootstrap'), resample = resampler(counts, () => random.uniform());
  const drawn = new Float64Array(counts.length);
  const results = Array.from({ length: resamples }, () => {
    resample(drawn);
    return statistics(drawn);
  });
  const intervalOf = (name: string): ConfidenceInterval => {
    const values = Float64Array.from(results.map(result => result[name]!).filter(value => !Number.isNaN(value))).sort();
    return { low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2), level };
  };
  const intervals = Object.keys(results[0] ?? {}).map(name => [name, intervalOf(name)]);
  return Object.fromEntries(intervals) as Intervals<Scores>;
}

/** Between the two nearest of `sorted` values, linearly (Hyndman and Fan's definition 7, numpy's default). NaN of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}
