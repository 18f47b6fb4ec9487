import { randomUUID } from 'node:crypto';
import * as node from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MachineError } from '../../../shared/domain/errors.ts';

/** What is written: text, bytes, or pieces of bytes in order (made only as they are needed). */
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface WritableFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The calls of `node:fs/promises` that writing needs; a test passes ones that fail. */
export interface WritableFileSystem {
  open(path: string, flags: string): Promise<WritableFile>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
}

/** One write call takes at most 2^31 - 1 bytes. */
const pieceBytes = 64 * 2 ** 20;

/**
 * Writes a file so that at any moment, also after a crash, `path` is either as it was or complete: to a temporary name in the same
 * folder, flushed, renamed, and the folder flushed. Whatever fails, the temporary file is removed.
 * @throws {MachineError} `disk-full`, `not-writable`, `write-failed`; an error thrown by `content` passes as it is
 */
export async function writeFileAtomically(path: string, content: FileContent, fileSystem: WritableFileSystem = node): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`);
  const file = await attempt(path, () => fileSystem.open(temporary, 'wx'));
  try {
    for await (const bytes of piecesOf(content)) await writeFully(path, file, bytes);
    await attempt(path, () => file.sync());
    await attempt(path, () => file.close());
    await attempt(path, () => fileSystem.rename(temporary, path));
  } catch (error) {
    // What went wrong first is what the user must hear, even if tidying up fails as well.
    await Promise.allSettled([file.close()]);
    await Promise.allSettled([fileSystem.rm(temporary, { force: true })]);
    throw error;
  }
  await flushFolder(path, fileSystem);
}

/** Makes a folder and those above it. @throws {MachineError} as `writeFileAtomically` */
export async function makeFolder(folder: string): Promise<void> {
  await attempt(folder, () => node.mkdir(folder, { recursive: true }));
}

/** Removes a file if it is there. @throws {MachineError} as `writeFileAtomically` */
export async function removeFile(path: string): Promise<void> {
  await attempt(path, () => node.rm(path, { force: true }));
}

function piecesOf(content: FileContent): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof content === 'string') return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}

async function writeFully(path: string, file: WritableFile, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await attempt(path, () => file.write(bytes, done, Math.min(pieceBytes, bytes.length - done)));
    done += bytesWritten;
  }
}

/** The rename is durable only once the folder is flushed. Windows cannot open a folder, and some network file systems cannot flush one. */
async function flushFolder(path: string, fileSystem: WritableFileSystem): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await attempt(path, () => fileSystem.open(dirname(path), 'r'));
  try {
    await folder.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes(codeOf(error))) throw asMachineError(path, error);
  } finally {
    await attempt(path, () => folder.close());
  }
}

async function attempt<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asMachineError(path, error);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

function asMachineError(path: string, cause: unknown): MachineError {
  const code = codeOf(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new MachineError('disk-full', `There is no room left on the disk for “${path}”: free some space and try again.`, { cause });
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return new MachineError('not-writable', `“${path}” may not be written: choose another folder or change its permissions.`, { cause });
  return new MachineError('write-failed', `“${path}” could not be written (${code || String(cause)}): check the folder and the disk, then try again.`, { cause });
}
