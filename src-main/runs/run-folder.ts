import { existsSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '../../shared/domain/errors.ts';
import { checkpointFile } from '../engine/train/checkpoint.ts';
import { removeFile } from '../engine/weights/atomic.ts';
import { isFinished } from './run-result.ts';
import { isRun } from './run-record.ts';

export const hasCheckpoint = (folder: string): boolean => existsSync(checkpointFile(folder));

/** @throws InputError unless the folder is empty or not there yet: a run never writes over anything. */
export async function requireFreshFolder(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    if (cause.code === 'ENOTDIR') throw new InputError('out-not-folder', `${folder} is a file; choose a new folder with --out.`, { cause });
    throw new InputError('out-unreadable', `The folder ${folder} cannot be opened (${cause.code}); choose a new folder with --out.`, { cause });
  });
  if (!entries.length) return;
  if (isFinished(folder)) throw new InputError('out-taken', `${folder} holds a finished run; choose a new folder with --out.`);
  if (isRun(folder)) throw new InputError('out-taken', `${folder} holds an unfinished run; go on with it by "sesame train --resume ${folder}", or choose a new folder with --out.`);
  throw new InputError('out-taken', `${folder} holds other files; choose a new folder with --out.`);
}

/** `runs/2026-03-14-classification` below the library, with a number where that is taken. */
export function freshRunFolder(library: string, what: string, now = new Date()): string {
  // Swedes write dates as ISO 8601 does, and this one is the user's own day.
  const folder = join(library, 'runs', `${now.toLocaleDateString('sv')}-${what}`);
  for (let number = 2, name = folder; ; number++) {
    if (!existsSync(name)) return name;
    name = `${folder}-${number}`;
  }
}

/** What `writeFileAtomically` was in the middle of when the process was killed. */
const partial = /^\..*\.partial$/;

/** Everything a run may write; whatever else is in the folder is not ours to remove. */
const ours = [/^run\.json$/, /^metrics\.jsonl$/, /^config\.json$/, /^model.*\.safetensors(\.index\.json)?$/, /^tokenizer(_config)?\.json$/, /^vocab\.txt$/, /^special_tokens_map\.json$/, /^README\.md$/, /^checkpoint$/, partial];

/** Takes back what a run wrote that came to nothing. @param made whether the run made the folder itself */
export async function removeRun(folder: string, made: boolean): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) if (ours.some((pattern) => pattern.test(name))) await rm(join(folder, name), { recursive: true, force: true });
  if (made && !(await readdir(folder)).length) await rmdir(folder);
}

/** Removes half-written files that a killed process left in a run's folder; each may be as large as the model. */
export async function removePartials(folder: string): Promise<void> {
  for (const place of [folder, dirname(checkpointFile(folder))].filter((path) => existsSync(path))) {
    for (const name of await readdir(place)) if (partial.test(name)) await removeFile(join(place, name));
  }
}

/** The last checkpoint is three models large, and a finished run never goes on. */
export const removeCheckpoint = (folder: string): Promise<void> => rm(join(checkpointFile(folder), '..'), { recursive: true, force: true });
