import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../shared/domain/errors.ts';
import { detectFormat, importerFor } from '../../../src-main/datasets/importers/index.ts';
import { text } from '../../../src-main/datasets/importers/text.ts';
import { material, materialIsAbsent } from '../../support/shared-material.ts';
import { listOf, temporaryFiles } from '../support.ts';

const file = temporaryFiles();

test.each([
  ['a header and commas', 'data', 'text,label\na,b\nc,d\n', 'csv'],
  ['a header with unknown names in a .csv', 'data.csv', 'foo,bar\na,b\n', 'csv'],
  ['one column in a .csv', 'data.csv', 'foo\na, b\nc\n', 'csv'],
  ['ragged rows in a .csv', 'data.csv', 'text,label\na,b,c\nd,e\n', 'csv'],
  ['semicolons in a .txt with known names', 'data.txt', 'text;label\na;b\n', 'csv'],
  ['tabs and stray quotation marks', 'dev.tsv', 'sentence\tlabel\n"a\t1\nb\t0\n', 'tsv'],
  ['tabs and a sentence in quotation marks', 'dev.tsv', 'sentence\tlabel\n"a"\t1\nb\t0\n', 'tsv'],
  ['tabs without extension', 'dev', 'sentence\tlabel\na, b\t1\nc, d\t0\n', 'tsv'],
  ['tabs and doubled quotation marks', 'dev.tsv', 'sentence\tlabel\n"say ""a"""\t1\nb\t0\n', 'csv'],
  ['tabs and quoted line breaks', 'dev.tsv', 'sentence\tlabel\n"a\nb"\t1\nb\t0\n', 'csv'],
  ['one column in a .tsv', 'dev.tsv', 'foo\nbar\n', 'tsv'],
  ['an object a line', 'data', '{"text": "a, b"}\n{"text": "c, d"}\n', 'jsonl'],
  ['an object a line, called .json', 'data.json', '{"text": "a"}\n{"text": "b"}\n', 'jsonl'],
  ['one object on one line', 'data', '{"text": "a"}\n', 'jsonl'],
  ['a broken first object', 'data.jsonl', '{"text" "a"}\n{"text": "b"}\n', 'jsonl'],
  ['a list of objects', 'data', '[\n{"text": "a"},\n{"text": "b"}\n]', 'json'],
  ['a list of objects on one line', 'data.txt', '[{"text": "a"}]', 'json'],
  ['an object with a list', 'data', '{"version": 1, "data": [{"text": "a"}]}', 'json'],
  ['an indented object with a list', 'data', '{\n  "version": 1,\n  "data": [\n{"text": "a"}]}', 'json'],
  ['one row with a list of objects in it', 'data', '{"text": "a", "spans": [{"start": 1}]}', 'jsonl'],
  ['one object with a list in a .jsonl', 'data.jsonl', '{"data": [{"start": 1}]}', 'jsonl'],
  ['a list on one long line', 'data.json', `{"data": [{"text": "${'a'.repeat(70_000)}"}]}`, 'json'],
  ['one long object in a .jsonl', 'data.jsonl', `{"text": "${'a'.repeat(70_000)}"}`, 'jsonl'],
  ['something else in a .json', 'data.json', 'hello\n', 'json'],
  ['prose', 'notes.txt', 'Well, this is it.\nAnd so, it goes, on.\n', 'text'],
  ['prose without extension', 'notes', 'Well, this is it.\nAnd so it goes.\n', 'text'],
  ['Chinese prose', 'notes', '你好，世界。\n再见。\n', 'text'],
])('%s is recognised', async (_what, name, content, format) => {
  expect((await detectFormat(await file(name, content))).format).toBe(format);
});

test('an unknown format is a wrong option, and the message lists the known ones', () => {
  expect(() => importerFor('excel')).toThrow(new UsageError('format-unknown', 'There is no format “excel”; choose one of csv, tsv, json, jsonl, text.'));
  expect(importerFor('csv').format).toBe('csv');
});

test('plain text is a document a line', async () => {
  expect(await listOf(text.read(await file('a.txt', 'one\r\n\n two\n')))).toEqual([
    { line: 1, index: 1, fields: { text: 'one' } },
    { line: 3, index: 2, fields: { text: ' two' } },
  ]);
});

test.each([
  ['csv', 'text,label\n', 'a short row of text,positive\n', ''],
  ['tsv', 'text\tlabel\n', 'a short row of text\tpositive\n', ''],
  ['jsonl', '', '{"text": "a short row of text"}\n', ''],
  ['json', '[{"text": "a"}', ',\n{"text": "a short row of text"}', ']'],
])('a long %s file streams: rows come before the file is read, and no more of it is read than rows are taken', async (format, head, row, tail) => {
  const path = await file('many', head + row.repeat(200_000) + tail);
  let bytes = 0;
  let furthestAhead = 0;
  let rows = 0;
  for await (const { index } of importerFor(format).read(path, { onProgress: (progress) => { bytes = progress.bytes; } })) {
    rows = index;
    furthestAhead = Math.max(furthestAhead, bytes - index * row.length);
  }
  expect(rows).toBeGreaterThanOrEqual(200_000);
  expect(furthestAhead).toBeLessThan(400_000);
});

describe.skipIf(materialIsAbsent)('published sets', () => {
  test.each([['classification', 'rt-polarity', 'csv'], ['classification', 'goemotions-ekman', 'jsonl'], ['sequences', 'splice-junction', 'csv'], ['pairs', 'snli-dev-test', 'jsonl'], ['qa', 'squad2-dev', 'json']])(
    'the format of %s/%s is recognised as %s',
    async (kind, set, format) => {
      for (const name of (await readdir(material('data', kind, set))).filter((one) => !one.endsWith('.md'))) expect((await detectFormat(material('data', kind, set, name))).format).toBe(format);
    },
  );
});
