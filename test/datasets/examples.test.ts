import { describe, expect, test } from 'vitest';
import { collectLabels } from '../../src-main/datasets/labels.ts';
import { readExamples, type ExampleTask } from '../../src-main/datasets/examples.ts';
import { material, materialIsAbsent } from '../support/shared-material.ts';
import { failureOf, temporaryFiles } from './support.ts';

const file = temporaryFiles();
const labels = async (task: ExampleTask, content: string, name = 'a.csv') => (await readExamples(await file(name, content), { task })).examples.map(({ label }) => label);
const lines = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

test('a labelled file becomes examples that know their line', async () => {
  const { examples, warnings, columns, format } = await readExamples(await file('a.csv', 'id,text,label\nx7, Good , pos\n,Bad,neg\n'), { task: 'classification' });
  expect(examples).toEqual([
    { id: 'x7', text: ' Good ', label: 'pos', line: 2, index: 1 },
    { id: '2', text: 'Bad', label: 'neg', line: 3, index: 2 },
  ]);
  expect({ warnings, columns, format }).toEqual({ warnings: [], columns: { id: 'id', text: 'text', label: 'label', metadata: [] }, format: 'csv' });
});

test('rows without text or label are left out, and each is reported with line and reason', async () => {
  const { examples, warnings } = await readExamples(await file('a.csv', 'text,label\na,x\n  ,x\nb,\n"c",y\n'), { task: 'classification' });
  expect(examples).toHaveLength(2);
  expect(warnings).toEqual([
    { line: 3, index: 2, code: 'text-empty', message: 'line 3 has no text in column “text”' },
    { line: 4, index: 3, code: 'label-missing', message: 'line 4 has no label in column “label”' },
  ]);
});

test('rows that share a line are told apart by their number', async () => {
  const { warnings } = await readExamples(await file('a.json', '[{"text": "a", "label": 0}, {"text": "", "label": 1}, {"label": 1}, {"text": "b", "label": null}]'), { task: 'classification' });
  expect(warnings.map(({ message }) => message)).toEqual(['row 2 (line 1) has no text in column “text”', 'row 3 (line 1) has no text in column “text”', 'row 4 (line 1) has no label in column “label”']);
});

test('format and columns can be chosen', async () => {
  const path = await file('a.txt', '{"meta": {"body": "x", "kind": true}, "text": "y", "label": "z"}');
  const { examples, columns } = await readExamples(path, { task: 'classification', format: 'jsonl', map: { text: 'meta.body', label: 'meta.kind' } });
  expect(examples).toMatchObject([{ text: 'x', label: 'true' }]);
  expect(columns.metadata).toEqual(['text', 'label']);
});

test('a wrong column, a file without rows and a file without a usable row are refused', async () => {
  const path = await file('a.csv', 'text,label\n,x\n');
  expect((await failureOf(readExamples(path, { task: 'classification', map: { text: 'sentence' } }))).message).toBe('a.csv has no column “sentence” for text; its columns are “text”, “label”.');
  expect(await failureOf(readExamples(path, { task: 'classification' }))).toMatchObject({ code: 'rows-unusable', message: expect.stringContaining('No row of a.csv can be used: line 2 has no text') as string });
  expect((await failureOf(readExamples(await file('a.json', '[]'), { task: 'classification' }))).message).toBe('a.json holds no rows; give a file with at least one row.');
  expect((await failureOf(readExamples(path, { task: 'classification', format: 'xls' }))).code).toBe('format-unknown');
});

test('a list where a text should be is refused', async () => {
  expect((await failureOf(readExamples(await file('a.jsonl', lines({ text: ['a'], label: 'b' })), { task: 'classification' }))).message)
    .toBe('a.jsonl line 1 has a list in column “text” where a text is wanted; choose another column with --map text=COLUMN.');
});

test('an aborted signal stops it', async () => {
  expect((await failureOf(readExamples(await file('a.csv', 'text,label\na,b\n'), { task: 'classification', signal: AbortSignal.abort() }))).code).toBe('cancelled');
});

describe('labels', () => {
  test('of classification are names, also where they are numbers or lists of one', async () => {
    expect(await labels('classification', lines({ text: 'a', label: 1 }, { text: 'b', label: ['x'] }, { text: 'c', label: false }), 'a.jsonl')).toEqual(['1', 'x', 'false']);
  });

  test('of classification that are several are refused', async () => {
    const content = lines({ text: 'a', label: ['x', 'y'] });
    expect((await failureOf(labels('classification', content, 'a.jsonl'))).message).toBe('a.jsonl line 1 has 2 labels where one is wanted; use --task multilabel.');
  });

  test('that are objects are refused', async () => {
    expect((await failureOf(labels('classification', lines({ text: 'a', label: [{ x: 1 }] }), 'a.jsonl'))).message)
      .toBe('a.jsonl line 1 has an object where a label should be; name the column of the label with --map label=COLUMN.');
  });

  test('of several kinds at once may be lists, and an empty list says that none applies', async () => {
    expect(await labels('multilabel', lines({ text: 'a', labels: ['x', 'y', 'x'] }, { text: 'b', labels: [] }, { text: 'c', labels: 3 }), 'a.jsonl')).toEqual([['x', 'y'], [], ['3']]);
  });

  test.each(['#', ';', ',', '|'])('in one string are cut at %s where that is the separator', async (separator) => {
    const quoted = (text: string): string => `"${text}"`;
    const { examples, separator: found } = await readExamples(await file('a.csv', `text,labels\na,${quoted(`x${separator} y z`)}\nb,x\nc,${quoted(`x${separator}${separator}y z${separator}`)}\n`), { task: 'multilabel' });
    expect(examples.map(({ label }) => label)).toEqual([['x', 'y z'], ['x'], ['x', 'y z']]);
    expect(found).toBe(separator);
  });

  test('in one string may be a list as JSON or Python writes it', async () => {
    expect(await labels('multilabel', `text\tlabels\na\t["x, y", "z"]\nb\t['x', 'z']\nc\t[]\nd\tx|z\n`, 'a.tsv')).toEqual([['x, y', 'z'], ['x', 'z'], [], ['x', 'z']]);
  });

  test('of regression are numbers', async () => {
    expect(await labels('regression', 'text,score\na,2.5\nb, -1e3 \nc,.5\n')).toEqual([2.5, -1000, 0.5]);
  });

  test.each(['abc', '3,5', '0x10', 'NaN', 'Infinity'])('of regression may not be %s', async (value) => {
    expect((await failureOf(labels('regression', `text,score\na,1\nb,"${value}"\n`))).message).toBe(`a.csv line 3 has “${value}” where regression needs a number; write it like 2.5, or name another column with --map label=COLUMN.`);
  });
});

test('two texts are read where there are two, also for a single number', async () => {
  const { examples } = await readExamples(await file('a.tsv', 'sentence1\tsentence2\tscore\na\tb\t4.5\n'), { task: 'regression' });
  expect(examples).toMatchObject([{ text: 'a', textPair: 'b', label: 4.5 }]);
  const { warnings } = await readExamples(await file('a.jsonl', lines({ premise: 'a', hypothesis: 'b', label: 'x' }, { premise: 'a', hypothesis: '', label: 'x' })), { task: 'pair' });
  expect(warnings).toMatchObject([{ line: 2, message: 'line 2 has no text in column “hypothesis”' }]);
});

describe.skipIf(materialIsAbsent)('published sets', () => {
  const ekman = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'];
  const inference = ['contradiction', 'entailment', 'neutral'];
  test.each<[string, ExampleTask, number, string[]]>([
    ['classification/rt-polarity/train.csv', 'classification', 8530, ['neg', 'pos']],
    ['classification/rt-polarity/dev.csv', 'classification', 1066, ['neg', 'pos']],
    ['classification/rt-polarity/test.csv', 'classification', 1066, ['neg', 'pos']],
    ['classification/goemotions-ekman/train.jsonl', 'multilabel', 43410, ekman],
    ['classification/goemotions-ekman/dev.jsonl', 'multilabel', 5426, ekman],
    ['classification/goemotions-ekman/test.jsonl', 'multilabel', 5427, ekman],
    ['sequences/splice-junction/train.csv', 'classification', 2552, ['EI', 'IE', 'N']],
    ['sequences/splice-junction/dev.csv', 'classification', 319, ['EI', 'IE', 'N']],
    ['sequences/splice-junction/test.csv', 'classification', 319, ['EI', 'IE', 'N']],
    ['pairs/snli-dev-test/train.jsonl', 'pair', 9842, inference],
    ['pairs/snli-dev-test/test.jsonl', 'pair', 9824, inference],
    ['pairs/mnli-matched-dev/dev.jsonl', 'pair', 9815, inference],
    ['pairs/breaking-nli/test.jsonl', 'pair', 8193, inference],
  ])('%s is read whole', async (path, task, rows, names) => {
    const { examples, warnings } = await readExamples(material('data', path), { task });
    expect([examples.length, warnings]).toEqual([rows, []]);
    expect(collectLabels(examples, task)).toEqual(names);
    expect(examples.every(({ textPair }) => (textPair !== undefined) === (task === 'pair'))).toBe(true);
  });
});
