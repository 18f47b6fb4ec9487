import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CancelledError } from '../../shared/domain/errors.ts';
import { makeFolder, writeFileAtomically } from '../engine/weights/atomic.ts';
import { readConfig } from '../engine/weights/config.ts';
import { checkTokenizer } from './description.ts';
import { requireSpace, type FreeSpace } from './disk.ts';
import { readPieces, type HashedFile, type ReadingOptions } from './hashing.ts';
import { findModelFiles, type ModelFile } from './model-files.ts';
import { ProgressMeter, type OnProgress } from './progress.ts';
import { addModel, checkName, importFolder, makeModelsFolder, type LibraryModel } from './store.ts';

export interface ImportOptions {
  /** Must be free. By default the folder's own name, with a number where that is taken. */
  readonly name?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly freeSpace?: FreeSpace | undefined;
}

/**
 * Copies a model in Hugging Face layout into the library, after checking that it loads. Files that are no part of the model stay behind.
 * If the library has the same model already, that one is returned under the name it has.
 * @throws {InputError} as `findModelFiles`, `describeModel` and `checkName`. @throws {MachineError} `disk-full`, `write-failed`, ...
 * @throws {CancelledError} after which nothing is left of the copy
 */
export async function importModel(folder: string, library: string, { name, signal, onProgress, freeSpace }: ImportOptions = {}): Promise<LibraryModel> {
  const origin = resolve(folder);
  const files = await findModelFiles(origin);
  // What can be refused without reading the weights is refused before they are copied.
  await checkTokenizer(origin, await readConfig(origin));
  if (name !== undefined) await checkName(name, library);
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  await makeModelsFolder(library);
  await requireSpace(library, totalBytes, freeSpace);
  const copy = importFolder(library);
  const meter = new ProgressMeter(totalBytes, onProgress);
  let doneBytes = 0;
  const onBytes = (bytes: number): void => meter.advanceTo((doneBytes += bytes));
  try {
    await makeFolder(copy);
    const copied: HashedFile[] = [];
    for (const file of files) copied.push(await copyFile(file, origin, copy, { signal, onBytes }));
    meter.startCheck();
    if (signal?.aborted) throw new CancelledError();
    return await addModel(library, { folder: copy, files: copied, source: { kind: 'folder', folder: origin }, name, suggestedName: basename(origin) || 'model' });
  } catch (error) {
    // What went wrong first is what the user must hear, even if tidying up fails as well.
    await Promise.allSettled([rm(copy, { recursive: true, force: true })]);
    throw error;
  }
}

/** Size and hash are those of the bytes copied, whatever happens to the original meanwhile. */
async function copyFile({ name, role }: ModelFile, from: string, to: string, options: ReadingOptions): Promise<HashedFile> {
  const hash = createHash('sha256');
  let size = 0;
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const piece of readPieces(join(from, name), options)) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  await writeFileAtomically(join(to, name), hashed());
  return { name, role, size, sha256: hash.digest('hex') };
}
