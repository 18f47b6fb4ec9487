import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { InputError } from '../../shared/domain/errors.ts';
import { makeFolder } from '../engine/weights/atomic.ts';
import { builtInName } from './built-in.ts';
import { describeModel } from './description.ts';
import { moveFolder, onDisk } from './disk.ts';
import { modelHash, weightsHash, type HashedFile } from './hashing.ts';
import { readMetadata, writeMetadata, type ModelMetadata, type ModelSource } from './metadata.ts';

/** A model of the library. */
export interface LibraryModel extends ModelMetadata {
  /** Hash of the files that make the model; the name of its folder. */
  readonly id: string;
  readonly folder: string;
  /** On the disk, all its files. */
  readonly bytes: number;
}

export interface ModelList {
  /** The newest first. */
  readonly models: readonly LibraryModel[];
  /** Ids of models whose files were changed from outside; they can only be removed. */
  readonly damaged: readonly string[];
}

const idPattern = /^[0-9a-f]{64}$/;
/** Folders that begin so are work in progress, or waste. */
const prefixes = { import: '.import-', download: '.download-', removed: '.removed-' };
const dayMilliseconds = 24 * 3600 * 1000;
/** A download may be gone on with; an import is only kept in case another process is in the middle of it. */
const keptMilliseconds = { import: dayMilliseconds, download: 14 * dayMilliseconds };

/** True for what can only mean a folder, and never a model's name. */
export const isPlainlyFolder = (text: string): boolean => isAbsolute(text) || /^\.{1,2}([/\\]|$)/.test(text);

export const modelsFolder = (library: string): string => join(library, 'models');

/** A folder to gather an import in, not made yet. */
export const importFolder = (library: string): string => join(modelsFolder(library), prefixes.import + randomUUID());
/** A folder to gather a download in. The same key gives the same folder, so that a later call goes on where one stopped. */
export const downloadFolder = (library: string, key: string): string => join(modelsFolder(library), prefixes.download + key);

export async function listModels(library: string): Promise<ModelList> {
  const models: LibraryModel[] = [], damaged: string[] = [];
  for (const id of (await entriesOf(library)).filter((entry) => idPattern.test(entry))) {
    const model = await readModel(library, id);
    if (model) models.push(model);
    else damaged.push(id);
  }
  return { models: models.toSorted((one, other) => (one.added > other.added ? -1 : 1)), damaged };
}

/** Undefined if its metadata cannot be read, or a file is gone or has another size than when it was added. */
async function readModel(library: string, id: string): Promise<LibraryModel | undefined> {
  const folder = join(modelsFolder(library), id);
  try {
    const metadata = await readMetadata(folder);
    const sizes = await Promise.all(metadata.files.map(async ({ name }) => (await stat(join(folder, basename(name)))).size));
    if (metadata.files.some(({ size }, index) => size !== sizes[index])) return undefined;
    return { ...metadata, id, folder, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  } catch (error) {
    if (error instanceof InputError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Names in the models' folder, which need not exist. */
async function entriesOf(library: string): Promise<string[]> {
  const folder = modelsFolder(library);
  return existsSync(folder) ? onDisk(folder, () => readdir(folder)) : [];
}

export interface NewModel {
  /** A folder from `importFolder` or `downloadFolder` that holds exactly `files`, flushed to the disk. */
  readonly folder: string;
  readonly files: readonly HashedFile[];
  readonly source: ModelSource;
  /** A name the user chose, which must be free; else one is made from `suggestedName`. */
  readonly name: string | undefined;
  readonly suggestedName: string;
}

/**
 * Checks that the model loads and makes it part of the library: at any moment, also after a crash, it is there as a whole or not at all.
 * A model that the library has already stays as it is, under its own name, and the folder is removed.
 * @throws {InputError} as `checkName` and `describeModel`. @throws {MachineError} `disk-full`, `write-failed`
 */
export async function addModel(library: string, { folder, files, source, name, suggestedName }: NewModel, now: () => Date = () => new Date()): Promise<LibraryModel> {
  const id = modelHash(files);
  const { models, damaged } = await listModels(library);
  const present = models.find((model) => model.id === id);
  if (present) {
    await onDisk(folder, () => rm(folder, { recursive: true }));
    return present;
  }
  if (damaged.includes(id)) await removeModel(id, library);
  const description = await describeModel(folder);
  const taken = new Set([builtInName, ...models.map((model) => model.name)]);
  if (name !== undefined) requireFreeName(name, taken);
  const metadata: ModelMetadata = { name: name ?? freeName(suggestedName, taken), source, added: now().toISOString(), ...description, files, weightsHash: weightsHash(files) };
  await writeMetadata(folder, metadata);
  const final = join(modelsFolder(library), id);
  await moveFolder(folder, final);
  return { ...metadata, id, folder: final, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

/** @throws {InputError} `model-name-invalid` if it is blank or would be taken for a folder; `model-name-taken` if the library, or the studio itself, has a model of that name */
export async function checkName(name: string, library: string): Promise<void> {
  requireFreeName(name, new Set([builtInName, ...(await listModels(library)).models.map((model) => model.name)]));
}

function requireFreeName(name: string, taken: ReadonlySet<string>): void {
  if (name.trim() === '' || isPlainlyFolder(name)) throw new InputError('model-name-invalid', `“${name}” cannot be a model's name, since it is blank or means a folder: choose another name.`);
  if (taken.has(name)) throw new InputError('model-name-taken', `There is a model named “${name}” already: choose another name, or remove that model first.`);
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 2, name = wanted; ; number++) {
    if (!taken.has(name)) return name;
    name = `${wanted} ${number}`;
  }
}

/** Removes a model by its id, also a damaged one. The caller has made sure that no run is reading it. @throws {InputError} `model-missing` */
export async function removeModel(id: string, library: string): Promise<void> {
  const folder = join(modelsFolder(library), id);
  if (!idPattern.test(id) || !existsSync(folder)) throw new InputError('model-missing', `The library has no model “${id}”: it may have been removed already.`);
  // Renamed first, so that half a model is never listed.
  const waste = join(modelsFolder(library), prefixes.removed + randomUUID());
  await moveFolder(folder, waste);
  await onDisk(waste, () => rm(waste, { recursive: true }));
}

/**
 * Removes what a crash left of imports, a day later, and of removals, and downloads that nobody went on with for two weeks. Other processes may use the library meanwhile.
 * @param now milliseconds since 1970
 */
export async function removeLeftovers(library: string, now = Date.now()): Promise<void> {
  for (const entry of await entriesOf(library)) {
    const path = join(modelsFolder(library), entry);
    const kind = (['import', 'download'] as const).find((name) => entry.startsWith(prefixes[name]));
    const isLeft = entry.startsWith(prefixes.removed) || (kind && now - (await lastChange(path)) > keptMilliseconds[kind]);
    if (isLeft) await onDisk(path, () => rm(path, { recursive: true, force: true }));
  }
}

/** A folder's own time tells when files came and went, not when one grew. What is gone meanwhile has only just changed. */
async function lastChange(folder: string): Promise<number> {
  try {
    const paths = [folder, ...(await readdir(folder)).map((name) => join(folder, name))];
    return Math.max(...(await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Infinity;
    throw error;
  }
}

/** @throws {MachineError} as `makeFolder` */
export const makeModelsFolder = (library: string): Promise<void> => makeFolder(modelsFolder(library));
