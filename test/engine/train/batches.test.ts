import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Features } from '../../../src-main/engine/tasks/features.ts';
import { countTokens, epochBatches, evaluationBatches, inputArrays } from '../../../src-main/engine/train/batches.ts';

/** Rows of the given lengths; token `t` of row `r` is 100 r + t. */
function features(lengths: readonly number[]): Features {
  const starts = new Int32Array(lengths.length + 1);
  lengths.forEach((length, row) => { starts[row + 1] = starts[row]! + length; });
  const ids = Int32Array.from(lengths.flatMap((length, row) => Array.from({ length }, (_, token) => 100 * row + token)));
  return { ids, typeIds: new Uint8Array(ids.length).fill(1), starts, truncated: 0 };
}

const someLengths = fc.array(fc.integer({ min: 2, max: 60 }), { minLength: 1, maxLength: 300 });
const options = { batchSize: 8, tokenBudget: 128, lengthMultiple: 4 };

describe('The batches of an epoch', () => {
  test('hold every row once, never more than a step takes, and no micro-batch beyond the token budget unless one row alone is', () => {
    fc.assert(fc.property(someLengths, fc.nat(), (lengths, seed) => {
      const batches = epochBatches(features(lengths), seed, 0, options);
      expect(batches.flat().flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual(lengths.map((_, row) => row));
      for (const batch of batches) {
        expect(batch.reduce((count, { rows }) => count + rows.length, 0)).toBeLessThanOrEqual(options.batchSize);
        for (const { rows, length } of batch) {
          expect(rows.length === 1 || rows.length * length <= options.tokenBudget).toBe(true);
          expect(length % options.lengthMultiple).toBe(0);
          for (const row of rows) expect(lengths[row]).toBeLessThanOrEqual(length);
        }
      }
    }));
  });

  test('are the same for the same seed and epoch, others for another, and always as many', () => {
    const rows = features(Array.from({ length: 200 }, (_, row) => 5 + (row % 30))), one = epochBatches(rows, 1, 0, options);
    expect(epochBatches(rows, 1, 0, options)).toEqual(one);
    for (const other of [epochBatches(rows, 1, 1, options), epochBatches(rows, 2, 0, options)]) {
      expect(other).not.toEqual(one);
      expect(other).toHaveLength(one.length);
    }
  });

  test('leave little padding even where lengths differ much', () => {
    const rows = features(Array.from({ length: 2000 }, (_, row) => 4 + ((row * 7919) % 120)));
    const { real, computed } = countTokens(rows, epochBatches(rows, 1, 0, { batchSize: 32, tokenBudget: 1e6, lengthMultiple: 1 }).flat());
    expect(1 - real / computed).toBeLessThan(0.05);
  });
});

describe('The batches of an evaluation', () => {
  test('hold every row once, longest first', () => {
    fc.assert(fc.property(someLengths, (lengths) => {
      const batches = evaluationBatches(features(lengths), options), order = batches.flatMap(({ rows }) => rows);
      expect(order.toSorted((a, b) => a - b)).toEqual(lengths.map((_, row) => row));
      expect(order.map((row) => lengths[row]!)).toEqual(lengths.toSorted((a, b) => b - a));
    }));
  });
});

describe('The arrays of a micro-batch', () => {
  test('hold the rows, padded with the tokenizer’s padding and masked out', () => {
    const arrays = inputArrays(features([3, 1]), { rows: [1, 0], length: 4 }, 9);
    expect(arrays.get('input_ids')).toEqual({ data: Int32Array.of(100, 9, 9, 9, 0, 1, 2, 9), shape: [2, 4] });
    expect(arrays.get('attention_mask')!.data).toEqual(Int32Array.of(1, 0, 0, 0, 1, 1, 1, 0));
    expect(arrays.get('token_type_ids')!.data).toEqual(Int32Array.of(1, 0, 0, 0, 1, 1, 1, 0));
  });
});
