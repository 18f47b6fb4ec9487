import { RandomStream } from '../random/philox.ts';
import type { Initial } from './parameters.ts';

/**
 * Starting values of one weight: `initializer_range` times a normal distribution, zeros or ones.
 * They depend on seed and name alone, so that a model's other weights do not change them.
 */
export function initialise(name: string, length: number, initial: Initial, initializerRange: number, seed: number): Float32Array {
  const values = new Float32Array(length);
  if (initial === 'normal') {
    const random = new RandomStream(seed, 'initialisation', hash(name));
    for (let index = 0; index < length; index++) values[index] = initializerRange * random.normal();
  } else if (initial === 'ones') {
    values.fill(1);
  }
  return values;
}

/** FNV-1a over a name's UTF-16 units. */
function hash(name: string): number {
  let result = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) result = Math.imul(result ^ name.charCodeAt(index), 0x01000193);
  return result >>> 0;
}
