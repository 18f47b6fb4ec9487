import { RandomStream } from '../random/philox.ts';
import { lengthOf, rowCount, type Features } from '../tasks/features.ts';
import type { BatchArray } from '../tasks/task.ts';

/** Rows that go through the model together, padded to the longest of them. */
export interface MicroBatch {
  readonly rows: readonly number[];
  /** Tokens, padding included. */
  readonly length: number;
}

/** The rows of one optimiser step; more than one micro-batch where they would not fit in memory together. */
export type StepBatch = readonly MicroBatch[];

export interface BatchingOptions {
  /** Rows of one optimiser step. */
  readonly batchSize: number;
  /** Most tokens of one micro-batch, padding included. */
  readonly tokenBudget: number;
  /** Lengths are rounded up to a multiple of this, so that a device meets few shapes. */
  readonly lengthMultiple: number;
  /** Tokens the model can read: no rounding goes beyond. */
  readonly longest?: number;
}

/** How many batches' worth of rows are sorted by length together: long enough to leave little padding, short enough to keep chance. */
const sortedTogether = 50;

/**
 * One epoch's batches: rows in random order, sorted by length within groups, batches in random order again.
 * Depends on seed and epoch alone.
 */
export function epochBatches(features: Features, seed: number, epoch: number, options: BatchingOptions): StepBatch[] {
  const { batchSize } = options, random = new RandomStream(seed, 'order', epoch);
  const order = random.permutation(rowCount(features)), batches: StepBatch[] = [];
  for (let start = 0; start < order.length; start += batchSize * sortedTogether) {
    const group = byLength(features, order.subarray(start, start + batchSize * sortedTogether));
    for (let at = 0; at < group.length; at += batchSize) batches.push(withinBudget(features, group.slice(at, at + batchSize), options));
  }
  return [...random.permutation(batches.length)].map((index) => batches[index] as StepBatch);
}

/** All rows once, longest first, in batches for evaluation. */
export function evaluationBatches(features: Features, options: BatchingOptions): MicroBatch[] {
  return withinBudget(features, byLength(features, Int32Array.from({ length: rowCount(features) }, (_, row) => row)), { ...options, batchSize: Infinity });
}

/** Longest first: the largest allocation comes first, and nothing later needs more. */
const byLength = (features: Features, rows: Int32Array): number[] => [...rows].sort((a, b) => lengthOf(features, b) - lengthOf(features, a) || a - b);

function withinBudget(features: Features, rows: readonly number[], { tokenBudget, lengthMultiple, longest = Infinity }: BatchingOptions): MicroBatch[] {
  const batches: MicroBatch[] = [];
  for (let start = 0; start < rows.length;) {
    const length = Math.min(longest, Math.ceil(lengthOf(features, rows[start] as number) / lengthMultiple) * lengthMultiple);
    const count = Math.max(1, Math.floor(tokenBudget / length));
    batches.push({ rows: rows.slice(start, start + count), length });
    start += count;
  }
  return batches;
}

/** Real tokens and those computed, padding included. */
export function countTokens(features: Features, batches: readonly MicroBatch[]): { real: number; computed: number } {
  let real = 0, computed = 0;
  for (const { rows, length } of batches) {
    for (const row of rows) real += lengthOf(features, row);
    computed += rows.length * length;
  }
  return { real, computed };
}

/** The arrays of a micro-batch that every head needs. @param padId the tokenizer's. */
export function inputArrays(features: Features, { rows, length }: MicroBatch, padId: number): Map<string, BatchArray> {
  const size = rows.length * length, shape = [rows.length, length];
  const ids = new Int32Array(size).fill(padId), mask = new Int32Array(size), typeIds = new Int32Array(size);
  rows.forEach((row, index) => {
    const start = features.starts[row] as number, end = features.starts[row + 1] as number, at = index * length;
    ids.set(features.ids.subarray(start, end), at);
    typeIds.set(features.typeIds.subarray(start, end), at);
    mask.fill(1, at, at + end - start);
  });
  return new Map([['input_ids', { data: ids, shape }], ['attention_mask', { data: mask, shape }], ['token_type_ids', { data: typeIds, shape }]]);
}
