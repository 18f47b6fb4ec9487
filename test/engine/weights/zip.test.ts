import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openSource, readBytes } from '../../../src-main/engine/weights/reading.ts';
import { readZipDirectory } from '../../../src-main/engine/weights/zip.ts';
import { concatenate, temporaryFolder } from './support.ts';

const path = join(temporaryFolder(), 'archive.zip');

/** The contents of every record, read where the directory says they lie. */
async function contents(bytes: Uint8Array): Promise<Record<string, string>> {
  writeFileSync(path, bytes);
  await using file = await openSource(path);
  const texts: Record<string, string> = {};
  for (const [name, { start, size }] of await readZipDirectory(file)) texts[name] = new TextDecoder().decode(await readBytes(file, start, size));
  return texts;
}

/** Little-endian fields, each given as [bytes, value]. */
function fields(...values: readonly (readonly [2 | 4 | 8, number])[]): Uint8Array {
  return concatenate(...values.map(([length, value]) => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer, 0, length)));
}

const in64 = 0xffff_ffff;
/** An archive with one record that puts every size and place into the 64-bit fields, as those above 4 GB must. */
function wideArchive(name: string, text: string, { start = 0, directory = undefined as number | undefined } = {}): Uint8Array {
  const unused = [[4, 0], [4, 0]] as const; // time and date, checksum
  const local = concatenate(fields([4, 0x0403_4b50], [2, 45], [2, 0], [2, 0], ...unused, [4, in64], [4, in64], [2, name.length], [2, 4]), name, fields([2, 9], [2, 0]), text);
  const extra = fields([2, 7], [2, 1]), wide = fields([2, 1], [2, 24], [8, text.length], [8, text.length], [8, start]);
  const central = concatenate(
    fields([4, 0x0201_4b50], [2, 45], [2, 45], [2, 0], [2, 0], ...unused, [4, in64], [4, in64], [2, name.length], [2, 5 + wide.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, in64]),
    name, extra, [0], wide);
  const end64 = fields([4, 0x0606_4b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, 1], [8, 1], [8, central.length], [8, directory ?? local.length]);
  const locator = fields([4, 0x0706_4b50], [4, 0], [8, local.length + central.length], [4, 1]);
  return concatenate(local, central, end64, locator, fields([4, 0x0605_4b50], [2, 0], [2, 0], [2, 1], [2, 1], [4, in64], [4, in64], [2, 0]));
}

describe('the directory of a zip archive', () => {
  it('says where each record lies', async () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    expect(await contents(zipSync({ 'a.txt': text('one'), 'b/c.txt': text('two'), empty: text('') }, { level: 0, comment: 'a comment at the end' }))).toEqual({ 'a.txt': 'one', 'b/c.txt': 'two', empty: '' });
  });

  it('is found and followed through 64-bit fields, past other extra fields', async () => {
    expect(await contents(wideArchive('large', 'contents'))).toEqual({ large: 'contents' });
  });

  it('may not point outside the file or to something else', async () => {
    await expect(contents(wideArchive('large', 'contents', { start: 2 ** 40 }))).rejects.toThrow(/“large” lies outside the file/);
    await expect(contents(wideArchive('large', 'contents', { start: 1 }))).rejects.toThrow(/“large” is not where it should be/);
    await expect(contents(wideArchive('large', 'contents', { directory: 2 ** 40 }))).rejects.toThrow(/points outside the file/);
    await expect(contents(wideArchive('large', 'contents', { directory: 0 }))).rejects.toThrow(/list of contents is broken/);
  });
});
