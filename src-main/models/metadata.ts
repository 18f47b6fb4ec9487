import { join } from 'node:path';
import { InputError } from '../../shared/domain/errors.ts';
import { isTask } from '../../shared/domain/tasks.ts';
import { writeFileAtomically } from '../engine/weights/atomic.ts';
import { isObject, readJsonObject } from '../engine/weights/reading.ts';
import type { ModelDescription } from './description.ts';
import type { HashedFile } from './hashing.ts';

/** Where a model came from. A `revision` is a commit where the hub names one. */
export type ModelSource = { readonly kind: 'folder'; readonly folder: string } | { readonly kind: 'hub'; readonly hub: string; readonly name: string; readonly revision: string };

/** What the library notes about a model, in a file of the model's own folder. */
export interface ModelMetadata extends ModelDescription {
  readonly name: string;
  readonly source: ModelSource;
  /** When it came into the library, in ISO 8601. */
  readonly added: string;
  readonly files: readonly HashedFile[];
  /** What a run calls its base model by: see `weightsHash`. */
  readonly weightsHash: string;
}

const fileName = 'sesame-model.json';
/** Room for the names of a hundred thousand classes. */
const maxFileBytes = 20_000_000;

/** @throws {MachineError} as `writeFileAtomically` */
export async function writeMetadata(folder: string, metadata: ModelMetadata): Promise<void> {
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify(metadata, null, 2)}\n`);
}

/** @throws {InputError} `model-damaged` when the folder has none or it is not as written here */
export async function readMetadata(folder: string): Promise<ModelMetadata> {
  const path = join(folder, fileName);
  const json = await readJsonObject(path, maxFileBytes).catch((cause: unknown) => {
    throw damaged(path, cause);
  });
  if (!isMetadata(json)) throw damaged(path);
  return json;
}

const damaged = (path: string, cause?: unknown): InputError =>
  new InputError('model-damaged', `“${path}” is missing or damaged: remove the model from the library and add it again.`, { cause });

/** JSON leaves out what is undefined, so that a missing task means none. */
function isMetadata(json: Record<string, unknown>): json is Record<string, unknown> & ModelMetadata {
  const { name, added, weightsHash, parameters, task, labels, files, source } = json;
  return isText(name) && isText(added) && isText(weightsHash) && Number.isSafeInteger(parameters) && (task === undefined || (isText(task) && isTask(task)))
    && Array.isArray(labels) && labels.every(isText) && Array.isArray(files) && files.every(isHashedFile) && isSource(source);
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isSource(value: unknown): boolean {
  if (!isObject(value)) return false;
  return value['kind'] === 'folder' ? isText(value['folder']) : value['kind'] === 'hub' && isText(value['hub']) && isText(value['name']) && isText(value['revision']);
}

const isHashedFile = (value: unknown): boolean =>
  isObject(value) && isText(value['name']) && isText(value['role']) && Number.isSafeInteger(value['size']) && isText(value['sha256']);
