import { open, type FileHandle } from 'node:fs/promises';
import { InputError, MachineError } from '../../../shared/domain/errors.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half.ts';

/** A file open for reading. Close it with `await using`. */
export interface SourceFile extends AsyncDisposable {
  readonly path: string;
  /** In bytes, when it was opened. */
  readonly size: number;
  readonly handle: FileHandle;
}

/** Element types weights are stored in, with their bytes per element. */
export const floatSizes = { float64: 8, float32: 4, float16: 2, bfloat16: 2 } as const;
export type FloatType = keyof typeof floatSizes;

/** One read call takes at most 2^31 - 1 bytes; smaller pieces cost nothing and let other work in between. */
const pieceBytes = 64 * 2 ** 20;

/** @throws {InputError} `file-missing`, `file-unreadable` when there is no such file, it is not a file, or it may not be read. */
export async function openSource(path: string): Promise<SourceFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new InputError('file-missing', `There is no file “${path}”: check the folder you chose.`, { cause: error });
    throw new InputError('file-unreadable', `“${path}” cannot be opened: check that you may read it and that it is not in use.`, { cause: error });
  }
  const status = await handle.stat();
  if (!status.isFile()) {
    await handle.close();
    throw new InputError('file-unreadable', `“${path}” is not a file: choose a model's folder.`);
  }
  return { path, size: status.size, handle, [Symbol.asyncDispose]: () => handle.close() };
}

/** An error for a weight file that cannot be trusted as it is; `detail` completes the sentence "the file is damaged: ...". */
export const damaged = (path: string, detail: string): InputError =>
  new InputError('weights-damaged', `“${path}” is damaged: ${clip(detail)}; copy or download it again.`);

/** What a file says may be megabytes long; a message quotes no more than its beginning. */
export const clip = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** A value from a file as a message quotes it. */
export const quote = (value: unknown): string => `“${typeof value === 'string' ? clip(value) : `a value of the type ${typeof value}`}”`;

/** The `length` bytes from `position` on. The caller has checked `length` against the file's size. @throws {InputError} if the file ends before. */
export async function readBytes(file: SourceFile, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = allocate(() => new Uint8Array(length));
  await fill(file, position, bytes);
  return bytes;
}

/**
 * `count` elements from `position` on, as float32. Float32 goes straight from the file into the result, without a second copy.
 * The caller has checked the range against the file's size.
 * @throws {InputError} if the file ends before. @throws {MachineError} `out-of-memory`
 */
export async function readFloats(file: SourceFile, type: FloatType, position: number, count: number): Promise<Float32Array> {
  if (type === 'float32') {
    const floats = allocate(() => new Float32Array(count));
    await fill(file, position, new Uint8Array(floats.buffer));
    return floats;
  }
  const { buffer } = await readBytes(file, position, count * floatSizes[type]);
  return allocate(() => {
    if (type === 'float64') return new Float32Array(new Float64Array(buffer));
    return type === 'float16' ? float16ToFloat32(new Uint16Array(buffer)) : bfloat16ToFloat32(new Uint16Array(buffer));
  });
}

async function fill(file: SourceFile, position: number, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const wanted = Math.min(pieceBytes, bytes.length - done);
    const { bytesRead } = await file.handle.read(bytes, done, wanted, position + done).catch((error: unknown) => {
      throw new MachineError('read-failed', `“${file.path}” could not be read to its end: check the disk it is on.`, { cause: error });
    });
    if (bytesRead === 0) throw damaged(file.path, 'it ends too early');
    done += bytesRead;
  }
}

function allocate<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new MachineError('out-of-memory', 'There is not enough memory to load this model: close other programs or choose a smaller model.', { cause: error });
    throw error;
  }
}

/**
 * A JSON object from a file of at most `maxBytes`. A byte order mark is passed over, since Windows editors add one.
 * @throws {InputError} `json-damaged` when it is too long, not JSON or not an object; and as `openSource`
 */
export async function readJsonObject(path: string, maxBytes: number): Promise<Record<string, unknown>> {
  await using file = await openSource(path);
  if (file.size > maxBytes) throw new InputError('json-damaged', `“${path}” is ${file.size} bytes long, far more than such a file needs: check that it is the right file.`);
  const value = parseJsonObject(await readBytes(file, 0, file.size));
  if (!value) throw new InputError('json-damaged', `“${path}” is not valid JSON: copy or download it again.`);
  return value;
}

/** The object that UTF-8 JSON text holds, or undefined if it is not valid or holds anything else. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  return isObject(value) ? value : undefined;
}

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
