import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readInputs } from '../../src-main/datasets/inputs.ts';
import { failureOf, listOf, temporaryFiles } from './support.ts';

const file = temporaryFiles();
const streamed = (content: string): Readable => Readable.from([Buffer.from(content)]);

describe('rows without labels', () => {
  test('keep their other keys, and empty texts stay in their place', async () => {
    expect(await listOf(readInputs(streamed('{"text": "a", "id": 7, "meta": {"x": 1}}\n\n{"text": "", "label": "b"}'), { texts: 'one' }))).toEqual([
      { line: 1, index: 1, text: 'a', fields: { text: 'a', id: 7, meta: { x: 1 } } },
      { line: 3, index: 2, text: '', fields: { text: '', label: 'b' } },
    ]);
  });

  test('hold two texts for a model that reads two, under any of the usual names', async () => {
    const rows = streamed('{"text_a": "a", "text_b": "b"}\n{"premise": "c", "hypothesis": "d"}\n{"sentence1": "e", "sentence2": null}');
    expect((await listOf(readInputs(rows, { texts: 'two' }))).map(({ text, textPair }) => [text, textPair])).toEqual([['a', 'b'], ['c', 'd'], ['e', '']]);
  });

  test('are read from a file of any format', async () => {
    expect(await listOf(readInputs(await file('a.csv', 'id,sentence\n7,a\n'), { texts: 'one' }))).toMatchObject([{ text: 'a', fields: { id: '7', sentence: 'a' } }]);
    expect(await listOf(readInputs(await file('a.txt', 'one\ntwo\n'), { texts: 'one' }))).toMatchObject([{ text: 'one' }, { text: 'two', line: 2 }]);
    expect(await listOf(readInputs(await file('a.json', '[{"a": {"b": "x"}}]'), { texts: 'one', map: { text: 'a.b' } }))).toMatchObject([{ text: 'x' }]);
  });

  test('are refused without their texts, by line', async () => {
    expect((await failureOf(readInputs(streamed('{"text": "a"}\n{"label": "b"}\n'), { texts: 'one' }))).message)
      .toBe('No column of the input line 2 looks like the text; rename one to “text” or say which it is with --map text=COLUMN; its columns are “label”.');
    expect((await failureOf(readInputs(streamed('{"text": "a"}\n'), { texts: 'two' }))).code).toBe('column-unknown');
    expect((await failureOf(readInputs(streamed('{"text": "a"\n'), { texts: 'one' }))).code).toBe('json-broken');
    expect((await failureOf(readInputs(Readable.from([Buffer.from('{"text": "\xe9"}\n', 'latin1')]), { texts: 'one' }))).code).toBe('not-utf-8');
  });
});

test('a stream is answered line by line as it comes', async () => {
  const stream = new PassThrough();
  const inputs = readInputs(stream, { texts: 'one' });
  for (const text of ['a', 'b']) {
    stream.write(`{"text":"${text}"}\n`);
    expect((await inputs.next()).value).toMatchObject({ text });
  }
  stream.end();
  expect((await inputs.next()).done).toBe(true);
});

test('a waiting stream is left at once when the signal says so', async () => {
  const stop = new AbortController();
  const inputs = readInputs(new PassThrough(), { texts: 'one', signal: stop.signal });
  setTimeout(() => stop.abort(), 10);
  expect((await failureOf(inputs)).code).toBe('cancelled');
});

test('a stream that breaks is reported', async () => {
  const stream = new PassThrough();
  setTimeout(() => stream.destroy(new Error('connection lost')), 10);
  expect(await failureOf(readInputs(stream, { texts: 'one' }))).toEqual({ code: 'file-unreadable', message: 'the input cannot be read to its end (connection lost); check the disk or connection it is on.' });
});
