import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { json } from '../../../src-main/datasets/importers/json.ts';
import { JsonScanner } from '../../../src-main/datasets/importers/json-scanner.ts';
import { jsonl } from '../../../src-main/datasets/importers/jsonl.ts';
import { failureOf, listOf, temporaryFiles } from '../support.ts';

const file = temporaryFiles();

describe('JSON lines', () => {
  test('gives each object with its line, past blank lines', async () => {
    const path = await file('a.jsonl', '{"text": "a\\nb", "n": 1}\r\n\n  \n{"text": "c", "meta": {"x": [1]}}');
    expect(await listOf(jsonl.read(path))).toEqual([
      { line: 1, index: 1, fields: { text: 'a\nb', n: 1 } },
      { line: 4, index: 2, fields: { text: 'c', meta: { x: [1] } } },
    ]);
  });

  test.each([
    ['a missing comma', '{"a": 1}\n{"a": 1 "b": 2}\n', 'json-broken', "a.jsonl line 2 is not valid JSON: Expected ',' or '}' after property value at column 9; correct that line and try again."],
    ['a line cut off', '{"a": 1}\n\n{"a": ', 'json-broken', 'a.jsonl line 3 is not valid JSON: Unexpected end of JSON input; correct that line and try again.'],
    ['another language', '{"a": 1}\n{"a": None}\n', 'json-broken', "a.jsonl line 2 is not valid JSON: Unexpected token 'N'; correct that line and try again."],
    ['a line that is no object', '{"a": 1}\n["a"]\n', 'row-no-object', 'a.jsonl line 2 is not a JSON object; write each row as {"column": value, ...}.'],
  ])('refuses %s and says where', async (_what, content, code, message) => {
    expect(await failureOf(jsonl.read(await file('a.jsonl', content)))).toEqual({ code, message });
  });
});

describe('JSON', () => {
  const fieldsOf = async (content: string) => (await listOf(json.read(await file('a.json', content)))).map(({ line, index, fields }) => ({ line, index, ...fields }));

  test('gives each object of a list with its line', async () => {
    expect(await fieldsOf('[\n  {"text": "]},{",\n   "label": [1, {"x": "\\"["}]},\n  {"text": "b"}\n]\n')).toEqual([
      { line: 2, index: 1, text: ']},{', label: [1, { x: '"[' }] },
      { line: 4, index: 2, text: 'b' },
    ]);
    expect(await fieldsOf('[]')).toEqual([]);
  });

  test('finds the one list of objects in an object', async () => {
    const rows = [{ line: 1, index: 1, text: 'a' }, { line: 1, index: 2, text: 'b' }];
    expect(await fieldsOf('{"version": "[{1", "labels": ["x", ["y"]], "none": [], "meta": {"list": [{"deep": 1}]}, "data": [{"text": "a"}, {"text": "b"}], "after": [1]}')).toEqual(rows);
  });

  test.each([
    ['an object without a list', '{"text": "a", "label": ["b"]}', 'no-list', 'a.json holds one JSON object without a list of rows; put the rows in a list: [{...}, {...}].'],
    ['two lists', '{"train": [{"a": 1}],\n"dev": [{"a": 1}]}', 'two-lists', 'a.json holds several lists of rows (a second on line 2); put each into a file of its own.'],
    ['a missing comma', '[{"a": 1}\n{"a": 2}]', 'json-broken', 'a.json line 2 is not valid JSON: a comma is missing between two rows; correct it and try again.'],
    ['a comma too many', '[{"a": 1},\n]', 'json-broken', 'a.json line 2 is not valid JSON: a row is missing beside a comma; correct it and try again.'],
    ['a fault within a row', '[\n{"a": 1},\n{"a": 1,\n "b" 2}\n]', 'json-broken', "a.json line 4 is not valid JSON: Expected ':' after property name at column 6; correct that line and try again."],
    ['a row cut off', '[\n{"a": 1},\n{"a":\n', 'json-broken', 'a.json line 4 is not valid JSON: it ends within the row that begins on line 3; correct it and try again.'],
    ['a list cut off', '[\n{"a": 1},\n', 'json-broken', 'a.json line 3 is not valid JSON: it ends before its last bracket is closed; correct it and try again.'],
    ['a second value', '[{"a": 1}]\n[]', 'json-broken', 'a.json line 2 is not valid JSON: something follows its last bracket; correct it and try again.'],
    ['something else', 'text,label\n', 'json-broken', 'a.json line 1 is not valid JSON: it must begin with [ or {; correct it and try again.'],
    ['blanks', ' \n', 'json-broken', 'a.json line 2 is not valid JSON: it holds only blanks; correct it and try again.'],
    ['a list of texts', '["a", "b"]', 'row-no-object', 'Row 1 of a.json (line 1) is not a JSON object; write each row as {"column": value, ...}.'],
  ])('refuses %s and says where', async (_what, content, code, message) => {
    expect(await failureOf(json.read(await file('a.json', content)))).toEqual({ code, message });
  });

  test('cuts any list into its elements, however it is indented and wherever the pieces are cut', () => {
    const rows = fc.array(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer(), fc.string(), fc.boolean()), { maxLength: 6 });
    fc.assert(fc.property(rows, fc.nat(3), fc.integer({ min: 1, max: 20 }), (values, indent, length) => {
      const scanner = new JsonScanner('a.json');
      const bytes = Buffer.from(JSON.stringify(values, undefined, indent));
      const found: unknown[] = [];
      for (let at = 0; at < bytes.length; at += length) for (const { text } of scanner.push(bytes.subarray(at, at + length))) found.push(JSON.parse(text));
      scanner.end();
      expect(JSON.stringify(found)).toBe(JSON.stringify(values));
    }));
  });

  test('refuses an element above the limit', async () => {
    expect(await failureOf(json.read(await file('a.json', `[{"a": 1},\n{"a": "${'x'.repeat(11_000_000)}`)))).toMatchObject({ code: 'record-too-long', message: expect.stringContaining('line 2') as string });
  });
});
