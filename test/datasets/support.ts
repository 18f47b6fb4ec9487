import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { StudioError } from '../../shared/domain/errors.ts';

/** A folder for the files of one test file. @returns a function that writes a file there and gives its path */
export function temporaryFiles(): (name: string, content: string | Uint8Array) => Promise<string> {
  let folder = '';
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'sesame-datasets-')); });
  afterAll(() => rm(folder, { recursive: true }));
  return async (name, content) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
}

/** Everything an iterable gives. */
export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The code and the message of the StudioError that is thrown, with the file's folder left out. */
export async function failureOf(work: Promise<unknown> | AsyncIterable<unknown>): Promise<{ code: string; message: string }> {
  try {
    if (work instanceof Promise) await work;
    else await listOf(work);
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    return { code: error.code, message: error.message.replaceAll(/\/\S*\//g, '') };
  }
  throw new Error('Nothing was thrown.');
}
