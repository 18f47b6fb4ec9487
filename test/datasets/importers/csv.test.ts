import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csv } from '../../../src-main/datasets/importers/csv.ts';
import { tsv } from '../../../src-main/datasets/importers/tsv.ts';
import type { Importer } from '../../../src-main/datasets/record.ts';
import { failureOf, listOf, temporaryFiles } from '../support.ts';

const file = temporaryFiles();
const read = async (importer: Importer, content: string | Uint8Array) => listOf(importer.read(await file('data.csv', content)));
const fail = async (importer: Importer, content: string) => failureOf(importer.read(await file('data.csv', content)));

describe('CSV', () => {
  test('gives each row with its columns and its line, past quoted line breaks and blank lines', async () => {
    expect(await read(csv, 'text,label\r\n"He said ""hi"",\r\nthen left",a\r\n\r\n plain ,b')).toEqual([
      { line: 2, index: 1, fields: { text: 'He said "hi",\r\nthen left', label: 'a' } },
      { line: 5, index: 2, fields: { text: ' plain ', label: 'b' } },
    ]);
  });

  test.each([[','], [';'], ['\t'], ['|'], ['^'], ['~'], ['\u0001']])('finds the delimiter %j', async (delimiter) => {
    const rows = await read(csv, `sentence${delimiter}category\n"a${delimiter}b, c; d"${delimiter}x\n`);
    expect(rows.map(({ fields }) => fields)).toEqual([{ sentence: `a${delimiter}b, c; d`, category: 'x' }]);
  });

  test('finds the delimiter where every text holds another', async () => {
    const rows = await read(csv, 'review;stance\na, b;x\nc, d;y\n');
    expect(rows.map(({ fields }) => fields.stance)).toEqual(['x', 'y']);
  });

  test('reads UTF-16 and old Mac line ends', async () => {
    expect((await read(csv, Buffer.from('\uFEFFtext,label\n中文,好\n', 'utf16le')))[0]!.fields).toEqual({ text: '中文', label: '好' });
    expect(await read(csv, 'text,label\ra,b\rc,d')).toMatchObject([{ line: 2, fields: { text: 'a' } }, { line: 3, fields: { text: 'c' } }]);
  });

  test('names the columns that the header leaves unnamed', async () => {
    expect((await read(csv, ',text\n0,a\n'))[0]!.fields).toEqual({ 'column 1': '0', text: 'a' });
  });

  test.each([
    ['a header alone', 'text,label\n', 'no-rows', 'data.csv has a header line but no rows; give a file with at least one row.'],
    ['blank lines alone', '\n\n', 'no-rows', 'data.csv holds only blank lines; give a file with at least one row.'],
    ['a row too long', 'text,label\na,b\nc, d,e\n', 'row-ragged', 'data.csv line 3 has 3 columns where the header has 2; put a text that holds a “,” in quotation marks.'],
    ['a row too short', 'text,label\n"a\nb",b\nc\n', 'row-ragged', 'data.csv line 4 has 1 column where the header has 2; put a text that holds a “,” in quotation marks.'],
    ['a quotation mark left open', 'text,label\na,b\n"c,d\ne,f\n', 'quote-open', 'The row of data.csv that begins on line 3 opens a quotation mark that is never closed; close it.'],
    ['a quotation mark within a value', 'text,label\na,b\nsay "c",d\n', 'quote-misplaced', 'The row of data.csv that begins on line 3 has a quotation mark in the middle of a value; write such a value as "... ""word"" ...".'],
    ['text after a closing quotation mark', 'text,label\n"a" b,c\n', 'quote-misplaced', 'The row of data.csv that begins on line 2 has a quotation mark in the middle of a value; write such a value as "... ""word"" ...".'],
    ['two columns of one name', 'text,label,text\na,b,c\n', 'column-twice', 'data.csv line 1 names two columns “text”; rename one of them.'],
  ])('refuses %s and says where', async (_what, content, code, message) => {
    expect(await fail(csv, content)).toEqual({ code, message });
  });

  test('refuses a row above the limit, which is how an open quotation mark looks in a large file', async () => {
    expect(await fail(csv, `text,label\na,b\n"${'c\n'.repeat(6_000_000)}`)).toMatchObject({ code: 'record-too-long', message: expect.stringContaining('begins on line 3 is longer than 10 MB') as string });
  });

  test('reads back whatever was written by the rules of RFC 4180', async () => {
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r\n', ';', 'a', '\t') }), fc.constant('__proto__'));
    const table = fc.integer({ min: 2, max: 4 }).chain((width) => fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
    await fc.assert(fc.asyncProperty(table, fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'), async (rows, delimiter, end) => {
      const quoted = (text: string): string => (/[",;\t\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text);
      const names = rows[0]!.map((_value, column) => ['text', 'label', '__proto__', 'id'][column]!);
      const content = [names, ...rows].map((row) => row.map(quoted).join(delimiter) + end).join('');
      const records = await read(csv, content);
      expect(records.map(({ fields }) => names.map((name) => Object.entries(fields).find(([key]) => key === name)?.[1]))).toEqual(rows);
      const lines = content.split('\n');
      for (const { line, fields } of records) expect(lines[line - 1]).toContain(quoted(fields.text as string).split('\n')[0]);
    }), { numRuns: 150 });
  });
});

describe('TSV', () => {
  test('takes quotation marks as they are, and a carriage return only as part of a line end', async () => {
    expect((await read(tsv, 'sentence\tlabel\r\n"The end\t1\r\nsaid "x" \t0\n')).map(({ fields }) => fields)).toEqual([
      { sentence: '"The end', label: '1' },
      { sentence: 'said "x" ', label: '0' },
    ]);
  });

  test('refuses a row with a tab too many', async () => {
    expect(await fail(tsv, 'sentence\tlabel\na\tb\tc\n')).toEqual({ code: 'row-ragged', message: 'data.csv line 2 has 3 columns where the header has 2; a text must not hold a tab or a line break.' });
  });
});
