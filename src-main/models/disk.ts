import { open, rename, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MachineError } from '../../shared/domain/errors.ts';

/** How many bytes this user may still write to the disk that a folder is on. */
export type FreeSpace = (folder: string) => Promise<number>;

const freeSpaceOn: FreeSpace = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/** The database, its journal and other programs write to the same disk meanwhile. */
const reserveBytes = 100_000_000;

/** @throws {MachineError} `disk-full` unless `bytes` fit on the folder's disk with some to spare */
export async function requireSpace(folder: string, bytes: number, freeSpace: FreeSpace = freeSpaceOn): Promise<void> {
  const free = await onDisk(folder, () => freeSpace(folder));
  if (bytes + reserveBytes <= free) return;
  throw new MachineError('disk-full', `The model needs ${inMegabytes(bytes)} on the disk of “${folder}”, where ${inMegabytes(free)} are free: free some space, or choose another library folder.`);
}

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/** Passes on what the call gives. @throws {MachineError} `disk-full` or `write-failed` where it fails */
export async function onDisk<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new MachineError('disk-full', `There is no room left on the disk for “${path}”: free some space and try again.`, { cause });
    throw new MachineError('write-failed', `“${path}” could not be written (${code ?? String(cause)}): check the folder, its permissions and the disk, then try again.`, { cause });
  }
}

/** Renames a folder whose files are flushed already, and makes the rename last. @throws {MachineError} as {@link onDisk} */
export async function moveFolder(from: string, to: string): Promise<void> {
  await onDisk(to, async () => {
    await rename(from, to);
    // Windows cannot open a folder; there the file system's journal has to do.
    if (process.platform === 'win32') return;
    await using folder = await open(dirname(to), 'r');
    await folder.sync();
  });
}
