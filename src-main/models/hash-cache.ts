import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, MachineError } from '../../shared/domain/errors.ts';
import { writeFileAtomically } from '../engine/weights/atomic.ts';
import { isObject, readJsonObject } from '../engine/weights/reading.ts';
import { sha256OfFile } from './hashing.ts';
import { makeModelsFolder, modelsFolder } from './store.ts';

interface CachedHash {
  readonly size: number;
  /** Milliseconds since 1970, with fractions. */
  readonly modified: number;
  readonly sha256: string;
}

const maxEntries = 500, maxFileBytes = 1_000_000;

/**
 * A file's SHA-256, remembered in the library for as long as its size and its time of change stay the same.
 * @throws {InputError} `file-unreadable`; CancelledError
 */
export async function cachedSha256(path: string, library: string, signal?: AbortSignal): Promise<string> {
  const key = await realpath(path);
  const { size, mtimeMs: modified } = await stat(key);
  const known = (await readCache(library))[key];
  if (isCachedHash(known) && known.size === size && known.modified === modified) return known.sha256;
  const sha256 = await sha256OfFile(key, { signal });
  await remember(library, key, { size, modified, sha256 });
  return sha256;
}

const cachePath = (library: string): string => join(modelsFolder(library), 'hashes.json');

async function readCache(library: string): Promise<Record<string, unknown>> {
  try {
    return await readJsonObject(cachePath(library), maxFileBytes);
  } catch (error) {
    // Absent or damaged, it is filled anew.
    if (error instanceof InputError) return {};
    throw error;
  }
}

async function remember(library: string, key: string, hash: CachedHash): Promise<void> {
  const others = Object.entries(await readCache(library)).filter(([path]) => path !== key);
  const entries = [...others, [key, hash]].slice(-maxEntries);
  try {
    await makeModelsFolder(library);
    await writeFileAtomically(cachePath(library), `${JSON.stringify(Object.fromEntries(entries), null, 1)}\n`);
  } catch (error) {
    // Without the note the file is hashed again the next time; that must not stop a run whose library may only be read.
    if (!(error instanceof MachineError)) throw error;
  }
}

const isCachedHash = (value: unknown): value is CachedHash =>
  isObject(value) && typeof value['size'] === 'number' && typeof value['modified'] === 'number' && typeof value['sha256'] === 'string';
