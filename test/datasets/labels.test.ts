import { expect, test } from 'vitest';
import { InputError } from '../../shared/domain/errors.ts';
import type { Example, Label } from '../../src-main/datasets/examples.ts';
import { collectLabels, requireKnownLabels } from '../../src-main/datasets/labels.ts';

const examples = <L extends Label>(...labels: L[]): Example<L>[] => labels.map((label, index) => ({ id: String(index), text: 'a', label, line: index + 2, index: index + 1 }));

test('names are sorted, whatever the order of the rows', () => {
  expect(collectLabels(examples('b', 'a', 'B', '中', 'a'), 'classification')).toEqual(['B', 'a', 'b', '中']);
  expect(collectLabels(examples(['z', 'b'], [], ['a']), 'multilabel')).toEqual(['a', 'b', 'z']);
});

test('names that are whole numbers are sorted as numbers', () => {
  expect(collectLabels(examples('10', '9', '-1', '0'), 'classification')).toEqual(['-1', '0', '9', '10']);
});

test('regression has no names', () => {
  expect(collectLabels(examples(1, 2), 'regression')).toEqual([]);
});

test('one class alone is not enough for a classifier, and is for several labels', () => {
  expect(() => collectLabels(examples('a', 'a'), 'pair')).toThrow(new InputError('labels-one', 'Every row has the label “a”; a classifier needs rows of at least two labels.'));
  expect(collectLabels(examples(['a'], []), 'multilabel')).toEqual(['a']);
  expect(() => collectLabels(examples([], []), 'multilabel')).toThrow(InputError);
});

test('a label that training does not know is named with its line', () => {
  requireKnownLabels(examples('a', 'b'), ['a', 'b'], 'dev.csv');
  expect(() => requireKnownLabels(examples(['a'], ['a', 'c']), ['a', 'b'], 'dev.csv')).toThrow(new InputError('label-unseen', 'dev.csv line 3 has the label “c”, which no training row has; the labels are “a”, “b”.'));
});
