import { RandomStream } from '../../src-main/engine/random/philox.ts';

/** Reproducible arrays of float32 numbers. */
export class RandomArrays {
  private readonly uniform: () => number;

  constructor(seed: number) {
    const stream = new RandomStream(seed, 'initialisation');
    this.uniform = () => stream.uniform();
  }

  /** Evenly spread over `low` to `high`. */
  between(low: number, high: number, length: number): Float32Array {
    return Float32Array.from({ length }, () => low + (high - low) * this.uniform());
  }

  /** From the normal distribution, by Box and Muller. */
  normal(length: number): Float32Array {
    return Float32Array.from({ length }, () => Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform()));
  }

  /** No two nearer to each other, or to zero, than `1 / length`: what has corners can be differentiated there. */
  distinct(length: number): Float32Array {
    const order = Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = Math.floor(this.uniform() * (last + 1));
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return Float32Array.from(order, (place) => (2 * place + 1 - length + (length % 2) / 2) / length);
  }

  /** Whole numbers from 0, below `limit`. */
  whole(limit: number, length: number): Int32Array {
    return Int32Array.from({ length }, () => Math.floor(limit * this.uniform()));
  }

  /** Any int32 at all. */
  int32(length: number): Int32Array {
    return Int32Array.from({ length }, () => Math.floor(this.uniform() * 2 ** 32) | 0);
  }
}
