import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { InputError } from '../../../shared/domain/errors.ts';
import type { ReadOptions } from '../record.ts';
import { refuseBinary, sniffEncoding } from './encoding.ts';
import { textOf } from './stream.ts';

const headLength = 64 * 1024;
const pieceLength = 256 * 1024;

/**
 * A file's text as UTF-8 pieces cut between characters, without a byte order mark.
 *
 * @throws InputError if it is missing, a folder, empty, binary or not in its encoding; CancelledError
 */
export async function* openText(path: string, options: ReadOptions = {}): AsyncGenerator<Buffer, void, undefined> {
  const size = await sizeOf(path);
  refuseBinary(await firstBytes(path), path);
  const stream: Readable = createReadStream(path, { highWaterMark: pieceLength });
  yield* textOf(stream, path, size, options);
}

/** The file's first lines, decoded; at most 64 KiB. A character that is not of the encoding becomes U+FFFD: reading the file tells where. */
export async function readHead(path: string): Promise<string> {
  await sizeOf(path);
  const bytes = await firstBytes(path);
  refuseBinary(bytes, path);
  const { encoding, markLength } = sniffEncoding(bytes);
  const text = new TextDecoder(encoding).decode(bytes.subarray(markLength));
  const lastLineEnd = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
  return bytes.length < headLength || lastLineEnd < 0 ? text : text.slice(0, lastLineEnd + 1);
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => { throw unreadable(path, error); });
  if (found.isDirectory()) throw new InputError('file-is-folder', `${path} is a folder; give the file in it that holds the data.`);
  if (!found.isFile()) throw new InputError('file-unreadable', `${path} is not an ordinary file; save the data to a file and give that.`);
  if (found.size === 0) throw new InputError('file-empty', `${path} is empty; give a file with at least one row.`);
  return found.size;
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => { throw unreadable(path, error); });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): InputError {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return new InputError('file-missing', `There is no file ${path}; check its name and folder.`, { cause: error });
  return new InputError('file-unreadable', `${path} cannot be read (${error.message}); check its permissions.`, { cause: error });
}
