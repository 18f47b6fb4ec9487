import type { Batch } from '../session/shaped-sessions.ts';
import type { TrainedModel } from './trained-model.ts';

/** A model's outputs for a batch by name, row-major. */
export type Outputs = ReadonlyMap<string, Float32Array>;

type Kind = Pick<TrainedModel, 'head' | 'task'>;

/** The outputs that mean something: all of a sequence's, and those at real tokens, not at padding. */
export function* realOutputs({ head }: Kind, outputs: Outputs, batch: Batch): Generator<{ name: string; index: number; value: number }> {
  for (const [name, values] of outputs) {
    const width = head === 'sequence-classification' ? values.length : values.length / (batch.size * batch.length);
    for (const [index, value] of values.entries()) if (head === 'sequence-classification' || isReal(batch, Math.floor(index / width))) yield { name, index, value };
  }
}

const isReal = (batch: Batch, token: number): boolean => batch.arrays.get('attention_mask')?.data[token] !== 0;

/**
 * What the outputs decide, as numbers that can be compared: the class of each row, whether each label applies, the class of each token,
 * or the tokens an answer begins and ends with. A regression decides nothing.
 */
export function decisionsOf({ head, task }: Kind, outputs: Outputs, batch: Batch): number[] {
  const { size, length } = batch;
  if (head === 'question-answering') {
    return Array.from({ length: size }, (_, row) => {
      const [start, end] = ['start_logits', 'end_logits'].map((name) => best(size * length, row * length, length, (token) => (isReal(batch, token) ? outputs.get(name)?.[token] : undefined)));
      return (start as number) * length + (end as number);
    });
  }
  const logits = outputs.get('logits') as Float32Array;
  if (task === 'regression') return [];
  if (task === 'multilabel') return Array.from(logits, (logit) => (logit > 0 ? 1 : 0));
  const rows = head === 'token-classification' ? size * length : size, classes = logits.length / rows;
  return Array.from({ length: rows }, (_, row) => row)
    .filter((row) => head !== 'token-classification' || isReal(batch, row))
    .map((row) => best(logits.length, row * classes, classes, (index) => logits[index]));
}

/** The place of the largest of `count` values from `from` on, counted from there. */
function best(limit: number, from: number, count: number, valueAt: (index: number) => number | undefined): number {
  let place = 0, largest = -Infinity;
  for (let index = from; index < Math.min(limit, from + count); index++) {
    const value = valueAt(index) ?? -Infinity;
    if (value > largest) [place, largest] = [index - from, value];
  }
  return place;
}
