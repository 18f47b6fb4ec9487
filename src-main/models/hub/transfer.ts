import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MachineError } from '../../../shared/domain/errors.ts';
import { onDisk } from '../disk.ts';
import { sha256OfFile, type HashedFile } from '../hashing.ts';
import { fileUrl, isCommit } from './address.ts';
import type { HubClient, HubResponse } from './client.ts';
import { answerFailure, connectionFailure, type Request } from './failures.ts';
import type { HubFile } from './listing.ts';
import { retrying, type Pauses } from './retry.ts';

export interface TransferOptions {
  readonly pauses: Pauses;
  readonly signal?: AbortSignal | undefined;
  /** Called with how much of the file there is, in bytes: less than before where it begins anew. */
  readonly onPosition?: ((bytes: number) => void) | undefined;
}

/** A file on its way: `path` once it is whole and checked, `partial` until then. */
interface Target {
  readonly path: string;
  readonly partial: string;
  /** Holds the partial file's ETag. */
  readonly tag: string;
}

/** For files whose size the hub does not tell. */
const maxUntoldBytes = 100_000_000_000;

const targetOf = (folder: string, name: string): Target => ({ path: join(folder, name), partial: join(folder, `${name}.partial`), tag: join(folder, `${name}.partial.etag`) });

/** How much of a file is there already, in bytes. */
export async function positionOf(folder: string, name: string): Promise<number> {
  const { path, partial } = targetOf(folder, name);
  return existsSync(path) ? sizeOf(path) : sizeOf(partial);
}

const sizeOf = async (path: string): Promise<number> => (existsSync(path) ? (await stat(path)).size : 0);

/**
 * Downloads a file into a folder, from where an earlier call stopped if the hub's storage still has the same file. It gets its name only when
 * its size and its SHA-256 are those the hub gave.
 * @throws {MachineError} `checksum-wrong`, `disk-full`, `write-failed`; as `answerFailure` and `HubClient.request`
 * @throws {CancelledError} after which what has come so far is kept
 */
export async function transferFile(client: HubClient, request: Request, file: HubFile, folder: string, options: TransferOptions): Promise<HashedFile> {
  const target = targetOf(folder, file.name);
  // A branch may have moved on since an earlier call: without a hash only a commit's files are known to be the same.
  const canKeep = file.sha256 !== undefined || isCommit(request.revision);
  const whole = canKeep && existsSync(target.path) ? await checked(target.path, file, options) : undefined;
  if (whole) return whole;
  await onDisk(target.path, () => rm(target.path, { force: true }));
  const wasResumed = await fetchRest(client, request, file, target, options);
  let hashed = await checked(target.partial, file, options);
  if (!hashed) {
    await discard(target);
    // Parts of two files may have met: once more, from the start.
    if (wasResumed) await fetchRest(client, request, file, target, options);
    hashed = wasResumed ? await checked(target.partial, file, options) : undefined;
  }
  if (!hashed) {
    await discard(target);
    throw new MachineError('checksum-wrong', `“${file.name}” of the model “${request.name}” arrived damaged and was removed: try again, or choose another hub or mirror.`);
  }
  await onDisk(target.path, () => rename(target.partial, target.path));
  await onDisk(target.tag, () => rm(target.tag, { force: true }));
  return hashed;
}

/** Undefined if size or hash are not as the hub said. */
async function checked(path: string, { name, role, size, sha256 }: HubFile, { signal }: TransferOptions): Promise<HashedFile | undefined> {
  const actual = await sizeOf(path);
  if (size !== undefined && actual !== size) return undefined;
  const hash = await sha256OfFile(path, { signal });
  return sha256 === undefined || hash === sha256 ? { name, role, size: actual, sha256: hash } : undefined;
}

async function discard({ partial, tag }: Target): Promise<void> {
  for (const path of [partial, tag]) await onDisk(path, () => rm(path, { force: true }));
}

/** Fills the partial file to its end. True if any of it was there before, from this call or an earlier one. */
async function fetchRest(client: HubClient, request: Request, file: HubFile, target: Target, options: TransferOptions): Promise<boolean> {
  let furthest = await sizeOf(target.partial), hasAdvanced = false, wasResumed = false;
  const onPosition = (bytes: number): void => {
    hasAdvanced ||= bytes > furthest;
    furthest = Math.max(furthest, bytes);
    options.onPosition?.(bytes);
  };
  const attempt = async (): Promise<void> => {
    hasAdvanced = false;
    const isResumed = await fetchOnce(client, request, file, target, { ...options, onPosition });
    wasResumed ||= isResumed;
  };
  await retrying(options.pauses, options.signal, attempt, () => hasAdvanced);
  return wasResumed;
}

/** One request. True if it went on from a part. @throws a transient error when the connection breaks; what came is kept */
async function fetchOnce(client: HubClient, request: Request, file: HubFile, target: Target, { signal, onPosition }: TransferOptions): Promise<boolean> {
  const { from, headers } = await resumption(file, target);
  if (from > 0 && from === file.size) return true;
  const response = await client.request('GET', fileUrl(request.hub, request.name, request.revision, file.name), headers, signal);
  const start = startOf(response, from);
  if (start === undefined) {
    response.body.destroy();
    if (response.status !== 416) throw answerFailure(response, request);
    // What is there is no part of the file.
    await discard(target);
    throw connectionFailure(new Error('The range was refused.'), response.host);
  }
  onPosition?.(start);
  if (start === 0) await beginAnew(target, response);
  const end = await append(response, target, start, file.size ?? maxUntoldBytes, onPosition);
  // With a length, Node itself notices an early end; and a length other than the hub gave is no fault of the connection.
  const isCut = !response.headers['content-length'] && file.size !== undefined && end < file.size;
  if (isCut) throw connectionFailure(new Error(`Only ${end} bytes came.`), response.host);
  return from > 0;
}

/** Where to go on and by what headers. Without a strong ETag or a hash to check the whole by, parts of two files could be joined unseen. */
async function resumption({ size, sha256 }: HubFile, target: Target): Promise<{ from: number; headers: Record<string, string> }> {
  const from = await sizeOf(target.partial);
  const tag = existsSync(target.tag) ? await readFile(target.tag, 'utf8') : undefined;
  const canResume = from > 0 && (tag !== undefined || sha256 !== undefined) && (size === undefined || from <= size);
  if (!canResume) {
    await discard(target);
    return { from: 0, headers: {} };
  }
  return { from, headers: { range: `bytes=${from}-`, ...(tag === undefined ? {} : { 'if-range': tag }) } };
}

/** The position in the file of the answer's first byte, or undefined if it holds no such part. */
function startOf({ status, headers }: HubResponse, from: number): number | undefined {
  if (headers['content-encoding'] && headers['content-encoding'] !== 'identity') return undefined;
  if (status === 200) return 0;
  return status === 206 && Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1]) === from ? from : undefined;
}

async function beginAnew(target: Target, { headers: { etag } }: HubResponse): Promise<void> {
  await discard(target);
  if (etag && /^"[\x21\x23-\x7e]*"$/.test(etag)) await onDisk(target.tag, () => writeFile(target.tag, etag));
}

/** Writes the answer from `start` on, and flushes it, also when the connection breaks. Returns the partial file's size. */
async function append({ body, host }: HubResponse, { partial }: Target, start: number, maxBytes: number, onPosition?: (bytes: number) => void): Promise<number> {
  await using file = await onDisk(partial, () => open(partial, start > 0 ? 'a' : 'w'));
  let end = start;
  try {
    for await (const piece of body) {
      if (end + piece.length > maxBytes) throw new MachineError('checksum-wrong', `“${host}” sends more than the file should hold: choose another hub or mirror.`);
      await onDisk(partial, () => file.writeFile(piece));
      onPosition?.((end += piece.length));
    }
  } finally {
    await onDisk(partial, () => file.sync());
  }
  return end;
}
