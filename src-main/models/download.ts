import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, MachineError } from '../../shared/domain/errors.ts';
import { makeFolder } from '../engine/weights/atomic.ts';
import { readConfig } from '../engine/weights/config.ts';
import { onDisk, requireSpace, type FreeSpace } from './disk.ts';
import type { HashedFile } from './hashing.ts';
import { checkModelName, hubFrom, isCommit, type HubOptions } from './hub/address.ts';
import { HubClient } from './hub/client.ts';
import type { Request } from './hub/failures.ts';
import { describeFile, listFiles, type HubFile } from './hub/listing.ts';
import { defaultPauses, retrying, type Pauses } from './hub/retry.ts';
import { positionOf, transferFile, type TransferOptions } from './hub/transfer.ts';
import type { Environment } from './library-folder.ts';
import { chooseFiles, isIndex, shardsOf, type NamedFile } from './model-files.ts';
import type { ModelSource } from './metadata.ts';
import { ProgressMeter, type OnProgress } from './progress.ts';
import { addModel, downloadFolder, listModels, type LibraryModel } from './store.ts';

export interface DownloadOptions extends HubOptions {
  /** A branch, tag or commit. */
  readonly revision?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly env?: Environment | undefined;
  readonly freeSpace?: FreeSpace | undefined;
  readonly pauses?: Pauses | undefined;
  /** Milliseconds to wait for the hub to say something. */
  readonly patience?: number | undefined;
}

/** Folders that this process is filling. */
const running = new Set<string>();

/**
 * Downloads a model by its name on a hub, such as `bert-base-uncased` or `owner/name`, into the library. A model that the library has in
 * the same revision is returned as it is. What an earlier call left unfinished is gone on with.
 * @throws {MachineError} in one sentence, what the network, the hub or the disk refused: see `connectionFailure`, `answerFailure`, `transferFile`
 * @throws {InputError} `model-name-invalid`, and as `chooseFiles` and `describeModel` if the model cannot be used. @throws {UsageError} as `hubFrom`
 * @throws {CancelledError} after which what has come so far is kept
 */
export async function downloadModel(name: string, library: string, options: DownloadOptions = {}): Promise<LibraryModel> {
  checkModelName(name);
  const { signal, pauses = defaultPauses } = options;
  const hub = hubFrom(options, options.env ?? process.env);
  using client = new HubClient(hub, options.patience);
  const asked: Request = { hub, name, revision: options.revision || 'main' };
  // Whether the hub can be reached at all should be known soon.
  const { revision, present } = await retrying(pauses.slice(0, 2), signal, () => listFiles(client, asked, signal));
  const source = { kind: 'hub', hub: hub.address, name, revision } as const;
  const inLibrary = await findBySource(library, source);
  if (inLibrary) return inLibrary;
  const key = createHash('sha256').update([hub.address, name, revision].join('\n')).digest('hex').slice(0, 32);
  const folder = downloadFolder(library, key);
  if (running.has(folder)) throw new MachineError('download-running', `“${name}” is being downloaded already: wait for it to finish.`);
  running.add(folder);
  try {
    const files = await fetchModel({ client, request: { ...asked, revision }, folder, options: { ...options, pauses } }, present);
    return await addModel(library, { folder, files, source, name: undefined, suggestedName: name });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // What cannot be used is not worth going on with.
    await onDisk(folder, () => rm(folder, { recursive: true, force: true }));
    // The user asked for a model by name and has never heard of the folder.
    throw new InputError(error.code, error.message.replaceAll(folder, name), { cause: error });
  } finally {
    running.delete(folder);
  }
}

/** The model that came from the same commit; a branch may have moved on since. */
async function findBySource(library: string, source: ModelSource & { kind: 'hub' }): Promise<LibraryModel | undefined> {
  if (!isCommit(source.revision)) return undefined;
  const { models } = await listModels(library);
  return models.find((model) => model.source.kind === 'hub' && model.source.hub === source.hub && model.source.name === source.name && model.source.revision === source.revision);
}

interface Download {
  readonly client: HubClient;
  readonly request: Request;
  /** Where the files go, also those of earlier tries. */
  readonly folder: string;
  readonly options: DownloadOptions & { readonly pauses: Pauses };
}

/** Fills the folder with the model's files, and with nothing else. */
async function fetchModel(download: Download, present: ReadonlySet<string>): Promise<HashedFile[]> {
  const { folder, options } = download;
  const files = await plan(download, present);
  await requireRoom(download, files);
  const meter = new ProgressMeter(sum(files.map(({ size = 0 }) => size)), options.onProgress);
  const done: HashedFile[] = [];
  for (const file of files) {
    const before = sum(done.map(({ size }) => size));
    done.push(await fetchFile(download, file, (bytes) => meter.advanceTo(before + bytes)));
    // Refused now, the weights need not come at all.
    if (file.role === 'config') await readConfig(folder);
  }
  meter.startCheck();
  await removeAllBut(done, folder);
  return done;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The model's files with their sizes, in the order to fetch them. An index is fetched here, to know its shards. */
async function plan(download: Download, present: ReadonlySet<string>): Promise<HubFile[]> {
  const { client, request, folder, options: { pauses, signal } } = download;
  const describe = (file: NamedFile): Promise<HubFile> => retrying(pauses, signal, () => describeFile(client, request, file, signal));
  const named = chooseFiles(present, request.name);
  await makeFolder(folder);
  const index = named.find(isIndex);
  if (index) {
    await fetchFile(download, await describe(index));
    named.push(...(await shardsOf(join(folder, index.name))));
  }
  const files: HubFile[] = [];
  for (const file of named) files.push(await describe(file));
  return files;
}

const fetchFile = ({ client, request, folder, options: { pauses, signal } }: Download, file: HubFile, onPosition?: TransferOptions['onPosition']): Promise<HashedFile> =>
  transferFile(client, request, file, folder, { pauses, signal, onPosition });

async function requireRoom({ folder, options }: Download, files: readonly HubFile[]): Promise<void> {
  const missing = await Promise.all(files.map(async ({ name, size = 0 }) => Math.max(0, size - (await positionOf(folder, name)))));
  await requireSpace(folder, sum(missing), options.freeSpace);
}

/** Where the hub names no commit, an earlier try may have left files that the model no longer has. */
async function removeAllBut(files: readonly HashedFile[], folder: string): Promise<void> {
  const kept = new Set(files.map(({ name }) => name));
  for (const entry of await readdir(folder)) if (!kept.has(entry)) await onDisk(entry, () => rm(join(folder, entry)));
}
