/** A uniform unsigned 32-bit integer for each index (a whole number from 0): the same one whenever and in whatever order it is asked for. */
export type RandomAt = (index: number) => number;

/**
 * The index, keyed by the seed before and between two rounds of Wellons' `lowbias32` mixer (github.com/skeeto/hash-prospector).
 * Repeats itself after 2^32 indexes.
 */
export function counterRandom(seed: number): RandomAt {
  const firstKey = mix(seed);
  const secondKey = mix(firstKey + 1);
  return index => mix(mix(index ^ firstKey) + secondKey) >>> 0;
}

function mix(bits: number): number {
  let mixed = bits ^ (bits >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

/** A source of numbers evenly spread over 0 to 1, both excluded. */
export type Uniform = () => number;

/** The integers of `random` in turn, as numbers. */
export function uniformsOf(random: RandomAt): Uniform {
  let index = 0;
  return () => (random(index++) + 0.5) / 2 ** 32;
}
