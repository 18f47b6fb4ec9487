import { InputError } from '../../shared/domain/errors.ts';
import type { Example, ExampleTask, LabelOf } from './examples.ts';
import { quotedList } from './problems.ts';
import { placeOf } from './record.ts';

/**
 * The label names of training examples, sorted: as numbers where all are whole numbers, else by code unit. None for regression.
 *
 * @throws InputError if there are too few to learn from
 */
export function collectLabels<T extends ExampleTask>(examples: readonly Example<LabelOf<T>>[], task: T): string[] {
  if (task === 'regression') return [];
  const names = [...new Set(examples.flatMap((example) => namesOf(example.label)))];
  if (names.length === 0) throw new InputError('labels-none', 'No row has a label; label some rows and try again.');
  if (names.length === 1 && task !== 'multilabel') throw new InputError('labels-one', `Every row has the label “${names[0]}”; a classifier needs rows of at least two labels.`);
  const numeric = names.every((name) => /^-?\d{1,15}$/.test(name));
  return names.sort((one, other) => (numeric ? Number(one) - Number(other) : 0) || (one < other ? -1 : 1));
}

/**
 * @param name what messages call the file of the examples @param unknown what they say of a label that is not among `labels`
 * @throws InputError if an example has one
 */
export function requireKnownLabels(examples: readonly Example[], labels: readonly string[], name: string, unknown = 'which no training row has'): void {
  const known = new Set(labels);
  for (const example of examples) {
    const strange = namesOf(example.label).find((label) => !known.has(label));
    if (strange !== undefined) throw new InputError('label-unseen', `${name} ${placeOf(example)} has the label “${strange}”, ${unknown}; the labels are ${quotedList(labels)}.`);
  }
}

function namesOf(label: Example['label']): readonly string[] {
  if (typeof label === 'number') return [];
  return typeof label === 'string' ? [label] : label;
}
