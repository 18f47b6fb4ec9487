import type { Parameter } from '../../nn/parameters.ts';
import type { Weights } from '../../weights/tensors.ts';

/** Elements that one pass of the optimiser works on at a time: three such rows fit a core's second-level cache. */
export const tile = 131_072;

export interface Placed { readonly parameter: Parameter; readonly offset: number; readonly size: number }

/** Where each parameter lies in one long array: those that decay first, then the others; both parts fill whole tiles. */
export interface Layout {
  readonly placed: readonly Placed[];
  readonly parts: readonly { readonly name: 'decayed' | 'plain'; readonly decays: boolean; readonly offset: number; readonly tiles: number }[];
  /** Elements, padding included. */
  readonly length: number;
}

const sizeOf = ({ shape }: Parameter) => shape.reduce((product, dimension) => product * dimension, 1);

export function layoutOf(parameters: readonly Parameter[]): Layout {
  const placed: Placed[] = [], parts: Layout['parts'][number][] = [];
  let offset = 0;
  for (const decays of [true, false]) {
    const start = offset;
    for (const parameter of parameters.filter((candidate) => candidate.decays === decays)) {
      const size = sizeOf(parameter);
      placed.push({ parameter, offset, size });
      offset += size;
    }
    const tiles = Math.ceil((offset - start) / tile);
    offset = start + tiles * tile;
    if (tiles) parts.push({ name: decays ? 'decayed' : 'plain', decays, offset: start, tiles });
  }
  return { placed, parts, length: offset };
}

/** Each weight under its Hugging Face name, as a window on an array in the layout's order. */
export function namedWeights(layout: Layout, array: Float32Array): Weights {
  return new Map(layout.placed.flatMap(({ parameter: { parts }, offset, size }) =>
    parts.map(({ name, shape }, index) => {
      const start = offset + (index * size) / parts.length;
      return [name, { shape, data: array.subarray(start, start + size / parts.length) }] as const;
    })));
}
