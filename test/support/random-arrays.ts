import { RandomStream } from '../../src-main/engine/random/philox.ts';

/** Reproducible arrays of float32 and int32 numbers. */
export class RandomArrays {
  private readonly stream: RandomStream;

  constructor(seed: number) {
    this.stream = new RandomStream(seed, 'initialisation');
  }

  /** Evenly spread over `low` to `high`. */
  between(low: number, high: number, length: number): Float32Array {
    return Float32Array.from({ length }, () => low + (high - low) * this.stream.uniform());
  }

  /** From the normal distribution. */
  normal(length: number): Float32Array {
    return Float32Array.from({ length }, () => this.stream.normal());
  }

  /** No two nearer to each other than `2 / length`, or to zero than half of that: what has corners can be differentiated there. */
  distinct(length: number): Float32Array {
    return Float32Array.from(this.stream.permutation(length), (place) => (2 * place + 1 - length + (length % 2)) / length);
  }

  /** Whole numbers from 0, below `limit`. */
  whole(limit: number, length: number): Int32Array {
    return Int32Array.from({ length }, () => Math.floor(limit * this.stream.uniform()));
  }

  /** Any int32 at all. */
  int32(length: number): Int32Array {
    return Int32Array.from({ length }, () => this.stream.uint32() | 0);
  }
}
