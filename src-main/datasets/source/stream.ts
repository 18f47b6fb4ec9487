import { addAbortSignal, type Readable } from 'node:stream';
import { CancelledError, InputError } from '../../../shared/domain/errors.ts';
import type { ReadOptions } from '../record.ts';
import { sniffEncoding } from './encoding.ts';
import { recoder, type Recoder } from './recoding.ts';

/** Enough bytes to see a byte order mark, and few enough not to wait for a second line of a dialogue. */
const sniffLength = 4;

/**
 * A byte stream's text as UTF-8 pieces cut between characters, without a byte order mark.
 *
 * @param name what messages call it
 * @param totalBytes for the progress; undefined if not known
 * @throws InputError if it cannot be read or is not in its encoding; CancelledError
 */
export async function* textOf(stream: Readable, name: string, totalBytes: number | undefined, { signal, onProgress }: ReadOptions): AsyncGenerator<Buffer, void, undefined> {
  let recode: Recoder | undefined;
  let start = Buffer.alloc(0);
  let bytes = 0;
  const recoded = (piece: Buffer, last: boolean): Buffer => {
    if (recode) return recode(piece, last);
    start = Buffer.concat([start, piece]);
    if (start.length < sniffLength && !last) return Buffer.alloc(0);
    const { encoding, markLength } = sniffEncoding(start);
    recode = recoder(encoding, name, markLength);
    return recode(start.subarray(markLength), last);
  };
  for await (const piece of piecesOf(stream, name, signal)) {
    bytes += piece.length;
    yield recoded(piece, false);
    onProgress?.({ bytes, totalBytes });
  }
  yield recoded(Buffer.alloc(0), true);
}

async function* piecesOf(stream: Readable, name: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const piece of signal ? addAbortSignal(signal, stream) : stream) {
      signal?.throwIfAborted();
      yield typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
    }
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    throw new InputError('file-unreadable', `${name} cannot be read to its end (${(error as Error).message}); check the disk or connection it is on.`, { cause: error });
  }
}
