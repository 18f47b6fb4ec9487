import { RandomStream } from '../engine/random/philox.ts';

/**
 * Sets a share of the rows aside, the same share of each label's as near as whole rows allow; depends on the seed alone.
 * @param keyOf rows with equal keys are spread evenly; numbers have no labels and share one key.
 */
export function holdOut<Row>(rows: readonly Row[], keyOf: (row: Row) => string, share: number, seed: number): { kept: Row[]; heldOut: Row[] } {
  const order = [...new RandomStream(seed, 'split').permutation(rows.length)].map((index) => rows[index] as Row);
  const seen = new Map<string, number>(), kept: Row[] = [], heldOut: Row[] = [];
  for (const row of order) {
    const key = keyOf(row), before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    (Math.floor((before + 1) * share) > Math.floor(before * share) ? heldOut : kept).push(row);
  }
  return { kept, heldOut };
}
