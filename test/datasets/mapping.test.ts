import { describe, expect, test } from 'vitest';
import { InputError, UsageError } from '../../shared/domain/errors.ts';
import type { Task } from '../../shared/domain/tasks.ts';
import { columnsOf, mapColumns, parseColumnChoice, valueAt, type ColumnChoice, type Texts } from '../../src-main/datasets/mapping.ts';

const map = (columns: string[], choice: ColumnChoice = {}, task: Task | undefined = 'classification', texts: Texts = 'one-or-two') => mapColumns(columns, choice, { task, texts, name: 'a.csv' });

describe('the options of --map', () => {
  test('name a column for each role, in any spelling of the role', () => {
    expect(parseColumnChoice(['text=my text', 'text_pair=b=c', 'Label=d.e'])).toEqual({ text: 'my text', textPair: 'b=c', label: 'd.e' });
  });

  test.each(['text', 'text=', 'colour=a', '=a'])('%j is a wrong option', (option) => {
    expect(() => parseColumnChoice([option])).toThrow(UsageError);
  });

  test('may not name two columns for one role', () => {
    expect(() => parseColumnChoice(['text=a', 'text=b'])).toThrow('--map gives two columns for text; give one.');
  });
});

describe('columns', () => {
  test.each<[string[], object, Task, Texts]>([
    [['text', 'label'], { text: 'text', label: 'label', metadata: [] }, 'classification', 'one-or-two'],
    [['Sentence', 'Category', 'Date'], { text: 'Sentence', label: 'Category', metadata: ['Date'] }, 'classification', 'one-or-two'],
    [['id', 'split', 'content', 'score'], { text: 'content', label: 'score', id: 'id', split: 'split', metadata: [] }, 'regression', 'one-or-two'],
    [['label', 'text', 'label_text'], { text: 'text', label: 'label', metadata: ['label_text'] }, 'classification', 'one-or-two'],
    [['premise', 'hypothesis', 'label'], { text: 'premise', textPair: 'hypothesis', label: 'label', metadata: [] }, 'pair', 'two'],
    [['index', 'genre', 'sentence1', 'sentence2', 'score'], { text: 'sentence1', textPair: 'sentence2', label: 'score', id: 'index', metadata: ['genre'] }, 'regression', 'one-or-two'],
    [['Quality', '#1 ID', '#2 ID', '#1 String', '#2 String'], { text: '#1 String', textPair: '#2 String', label: 'Quality', metadata: ['#1 ID', '#2 ID'] }, 'pair', 'two'],
    [['text', 'question', 'answer', 'label'], { text: 'text', label: 'label', metadata: ['question', 'answer'] }, 'classification', 'one-or-two'],
    [['id', 'wording', 'label'], { text: 'wording', label: 'label', id: 'id', metadata: [] }, 'classification', 'one-or-two'],
    [['review', 'verdict'], { text: 'review', label: 'verdict', metadata: [] }, 'classification', 'one-or-two'],
    [['文本', '标签'], { text: '文本', label: '标签', metadata: [] }, 'classification', 'one-or-two'],
    [['data.text', 'data.lang', 'meta.label'], { text: 'data.text', label: 'meta.label', metadata: ['data.lang'] }, 'classification', 'one-or-two'],
  ])('%j are told apart', (columns, mapping, task, texts) => {
    expect(map(columns, {}, task, texts)).toEqual(mapping);
  });

  test('follow the user where the user says something', () => {
    expect(map(['text', 'title', 'label', 'mood'], { text: 'title', label: 'mood' })).toEqual({ text: 'title', label: 'mood', metadata: ['text', 'label'] });
    expect(map(['premise', 'hypothesis', 'label'], { text: 'premise' })).toMatchObject({ text: 'premise', metadata: ['hypothesis'] });
    expect(map(['text', 'context', 'label'], { textPair: 'context' })).toMatchObject({ text: 'text', textPair: 'context' });
    expect(map(['x', 'hypothesis', 'label'], { text: 'x' }, 'pair', 'two')).toMatchObject({ text: 'x', textPair: 'hypothesis' });
  });

  test('that the user names must be there', () => {
    expect(() => map(['text', 'label'], { label: 'mood' })).toThrow(new InputError('column-missing', 'a.csv has no column “mood” for label; its columns are “text”, “label”.'));
  });

  test('are listed in a message only as far as it stays readable', () => {
    expect(() => map(Array.from({ length: 30 }, (_, index) => `${'x'.repeat(50)}${index}`))).toThrow(/^.{1,1200}“x{40}…” and 10 more\.$/);
  });

  test('that cannot be guessed are asked for', () => {
    expect(() => map(['foo', 'bar'])).toThrow(new InputError('column-unknown', 'No column of a.csv looks like the text; rename one to “text” or say which it is with --map text=COLUMN; its columns are “foo”, “bar”.'));
    expect(() => map(['text', 'date', 'time'])).toThrow(/looks like the label; .* --map label=COLUMN/);
    expect(() => map(['text', 'label'], {}, 'pair', 'two')).toThrow(/looks like the second text; .* --map textPair=COLUMN/);
    expect(() => map(['label'], {}, undefined, 'one')).toThrow(InputError);
  });
});

test('nested objects are columns by their path, lists are values', () => {
  const fields = { a: { b: { c: { d: 1 } }, 'x.y': 2 }, 'e.f': 3, g: [{ h: 1 }], i: null };
  const columns = columnsOf([{ line: 1, index: 1, fields }, { line: 2, index: 2, fields: { late: 1 } }]);
  expect(columns).toEqual(['a.b.c', 'a.x.y', 'e.f', 'g', 'i', 'late']);
  expect([valueAt(fields, 'a.b.c.d'), valueAt(fields, 'e.f'), valueAt(fields, 'i'), valueAt(fields, 'a.no'), valueAt(fields, 'constructor')]).toEqual([1, 3, null, undefined, undefined]);
});
