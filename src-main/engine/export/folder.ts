import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CancelledError, MachineError } from '../../../shared/domain/errors.ts';
import { makeFolder, removeFile } from '../weights/atomic.ts';

/** Sizes in bytes by path from the folder, with `/` between its parts. */
export type FileSizes = Readonly<Record<string, number>>;

export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Files of earlier exports, by their paths from the folder, that must not stay beside the new ones. */
  readonly obsolete?: readonly string[];
}

/**
 * Writes several files into `folder`, all or none: `write` puts them into a folder inside it, from where they are moved into place when
 * they are complete. Whatever else lies in `folder` stays. If `write` fails, nothing of it is left.
 * @throws {CancelledError} when stopped before the files are in place. @throws {MachineError} as `makeFolder`
 */
export async function writeTogether(folder: string, write: (staging: string) => Promise<void>, { signal, obsolete = [] }: WriteOptions = {}): Promise<FileSizes> {
  const isNew = !(await exists(folder));
  const staging = join(folder, `.${randomUUID()}.partial`);
  try {
    await makeFolder(staging);
    await write(staging);
    stopIfAsked(signal);
    const sizes = await moveInto(folder, staging);
    for (const path of obsolete) if (!(path in sizes)) await removeFile(join(folder, path));
    await rm(staging, { recursive: true });
    return sizes;
  } catch (error) {
    // What went wrong first is what the user must hear, even if tidying up fails as well.
    await Promise.allSettled([rm(isNew ? folder : staging, { recursive: true, force: true })]);
    throw error;
  }
}

/** @throws {CancelledError} */
export function stopIfAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}

/** Every file of a folder by its path from there, with `/` between its parts. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/')).sort();
}

export const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

async function moveInto(folder: string, staging: string): Promise<FileSizes> {
  const sizes: Record<string, number> = {};
  for (const path of await filesIn(staging)) {
    const from = join(staging, path), to = join(folder, path);
    sizes[path] = (await stat(from)).size;
    await makeFolder(dirname(to));
    await rename(from, to).catch((cause: unknown) => {
      throw new MachineError('write-failed', `“${to}” could not be replaced: close the programs that use it and try again.`, { cause });
    });
  }
  return sizes;
}
