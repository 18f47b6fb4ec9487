import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { recordLimit, type Progress } from '../../../src-main/datasets/record.ts';
import { openText, readHead } from '../../../src-main/datasets/source/file.ts';
import { linesOf } from '../../../src-main/datasets/source/lines.ts';
import { failureOf, listOf, temporaryFiles } from '../support.ts';

const file = temporaryFiles();

test('a file that is missing, a folder or empty is refused in one sentence', async () => {
  const path = await file('empty.csv', '');
  expect(await failureOf(openText(path))).toEqual({ code: 'file-empty', message: 'empty.csv is empty; give a file with at least one row.' });
  expect(await failureOf(openText(`${path}x`))).toEqual({ code: 'file-missing', message: 'There is no file empty.csvx; check its name and folder.' });
  expect((await failureOf(openText(`${path}/x`))).code).toBe('file-missing');
  expect((await failureOf(openText(dirname(path)))).code).toBe('file-is-folder');
  expect((await failureOf(openText('/dev/null'))).code).toBe('file-unreadable');
});

test.each([
  ['a spreadsheet', [0x50, 0x4b, 3, 4, 20, 0], /a zip archive or a spreadsheet, not a text file; .*export the sheet as CSV/],
  ['a gzip archive', [0x1f, 0x8b, 8, 0], /gzip/],
  ['a Parquet file', [...Buffer.from('PAR1'), 0, 1], /Parquet/],
  ['something with zero bytes', [1, 2, 3, 0, 0, 0, 5, 6], /is a binary file/],
])('%s is named and refused', async (_what, bytes, message) => {
  expect(await failureOf(openText(await file('binary.csv', Uint8Array.from(bytes))))).toEqual({ code: 'file-binary', message: expect.stringMatching(message) as string });
});

test('the byte order mark is no part of the text, in any encoding', async () => {
  for (const bytes of [Buffer.from('\uFEFFa中\n'), Buffer.from('\uFEFFa中\n', 'utf16le'), Buffer.from('\uFEFFa中\n', 'utf16le').swap16()]) {
    const path = await file('mark.txt', bytes);
    expect(Buffer.concat(await listOf(openText(path))).toString()).toBe('a中\n');
    expect(await readHead(path)).toBe('a中\n');
  }
});

test('the head of a long file ends with a whole line', async () => {
  const head = await readHead(await file('long.txt', '中文,abc\n'.repeat(20_000)));
  expect(head.endsWith('中文,abc\n')).toBe(true);
  expect(Buffer.byteLength(head)).toBeLessThanOrEqual(64 * 1024);
});

test('progress counts bytes up to the size of the file', async () => {
  const seen: Progress[] = [];
  await listOf(openText(await file('progress.txt', 'x'.repeat(600_000)), { onProgress: (progress) => seen.push(progress) }));
  expect(seen.map(({ bytes }) => bytes)).toEqual([262_144, 524_288, 600_000]);
  expect(seen[0]!.totalBytes).toBe(600_000);
});

test('an aborted signal stops the reading, before it starts or under way', async () => {
  const path = await file('cancel.txt', 'x'.repeat(600_000));
  expect((await failureOf(openText(path, { signal: AbortSignal.abort() }))).code).toBe('cancelled');
  const stop = new AbortController();
  expect((await failureOf(openText(path, { signal: stop.signal, onProgress: () => stop.abort() }))).code).toBe('cancelled');
});

test('lines are counted from 1 and lose their ends, wherever the pieces are cut', async () => {
  const pieces = ['a\r', '\nbb', '\n', '\nc'].map((piece) => Buffer.from(piece));
  async function* source(): AsyncGenerator<Buffer> { yield* pieces; }
  expect(await listOf(linesOf(source(), 'a.txt'))).toEqual([{ line: 1, text: 'a' }, { line: 2, text: 'bb' }, { line: 3, text: '' }, { line: 4, text: 'c' }]);
});

test('a line above the limit is refused long before its end', async () => {
  let given = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (; given < 50; given++) yield Buffer.alloc(1024 * 1024, 'x');
  }
  expect(await failureOf(linesOf(source(), 'a.txt'))).toMatchObject({ code: 'record-too-long', message: expect.stringContaining('a.txt that begins on line 1 is longer than 10 MB') as string });
  expect(given).toBeLessThanOrEqual(recordLimit / 1024 / 1024 + 1);
});
