import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../../shared/domain/errors.ts';
import { readConfig } from '../engine/weights/config.ts';
import { builtInFolder, builtInName } from './built-in.ts';
import { cachedSha256 } from './hash-cache.ts';
import { weightsHash, type HashedFile } from './hashing.ts';
import { findModelFiles } from './model-files.ts';
import { isPlainlyFolder, listModels } from './store.ts';

/** A model ready to be loaded. */
export interface ModelFolder {
  /** Absolute path. */
  readonly folder: string;
  /** As a user knows it. */
  readonly name: string;
  /** SHA-256 of its weights, by which a run refers to its base model: see `weightsHash`. */
  readonly weightsHash: string;
}

/**
 * Finds the model that a user means by `built-in`, the name or id of a model of the library, or a folder in Hugging Face layout. A
 * relative folder that is named like a model of the library is meant only with `./` before it.
 * @throws {InputError} `model-unknown`, `folder-missing`, `config-missing`, `config-unsupported`, `weights-missing`, `tokenizer-missing`, ...
 * @throws {CancelledError}
 */
export async function resolveModel(nameOrFolder: string, library: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<ModelFolder> {
  if (nameOrFolder === builtInName) return openFolder(builtInFolder, builtInName, library, signal);
  if (isPlainlyFolder(nameOrFolder)) return openFolder(resolve(nameOrFolder), undefined, library, signal);
  const { models, damaged } = await listModels(library);
  const model = models.find(({ name, id }) => name === nameOrFolder || id === nameOrFolder);
  if (model) return { folder: model.folder, name: model.name, weightsHash: model.weightsHash };
  if (existsSync(nameOrFolder)) return openFolder(resolve(nameOrFolder), undefined, library, signal);
  if (damaged.includes(nameOrFolder)) throw new InputError('model-damaged', `The files of the model “${nameOrFolder}” were changed: remove it from the library and add it again.`);
  const names = [builtInName, ...models.map(({ name }) => name)].map((name) => `“${name}”`).join(', ');
  throw new InputError('model-unknown', `There is no model and no folder named “${nameOrFolder}”: choose one of ${names}, give a model's folder, or download the model first.`);
}

async function openFolder(folder: string, name: string | undefined, library: string, signal: AbortSignal | undefined): Promise<ModelFolder> {
  const files = await findModelFiles(folder);
  await readConfig(folder);
  const hashed: HashedFile[] = [];
  for (const file of files.filter(({ role }) => role === 'weights')) hashed.push({ ...file, sha256: await cachedSha256(join(folder, file.name), library, signal) });
  return { folder, name: name ?? basename(folder), weightsHash: weightsHash(hashed) };
}
