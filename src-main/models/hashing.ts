import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CancelledError, InputError } from '../../shared/domain/errors.ts';
import type { ModelFile } from './model-files.ts';

export interface HashedFile extends ModelFile {
  /** Of its bytes, in lower-case hexadecimal. */
  readonly sha256: string;
}

export interface ReadingOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the length of each piece, in bytes. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

const pieceBytes = 2 ** 20;

/** A file's bytes in pieces. @throws {InputError} `file-unreadable`; {@link CancelledError} */
export async function* readPieces(path: string, { signal, onBytes }: ReadingOptions = {}): AsyncGenerator<Buffer, void, undefined> {
  const stream: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: pieceBytes });
  try {
    for await (const piece of stream) {
      if (signal?.aborted) throw new CancelledError();
      yield piece;
      onBytes?.(piece.length);
    }
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new InputError('file-unreadable', `“${path}” cannot be read to its end: check that you may read it and the disk it is on.`, { cause: error });
  }
}

/** Streams the file once. @throws as {@link readPieces} */
export async function sha256OfFile(path: string, options: ReadingOptions = {}): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of readPieces(path, options)) hash.update(piece);
  return hash.digest('hex');
}

/** One hash for all that decides what a model computes: configuration, tokenizer and weights with their names, whatever order they come in. */
export const modelHash = (files: readonly HashedFile[]): string => hashOfList(files.filter(({ role }) => role !== 'card'));

/** One hash for a model's weights: the file's own where there is one, as hubs and `sha256sum` give it, else one for all the files. */
export function weightsHash(files: readonly HashedFile[]): string {
  const weights = files.filter(({ role }) => role === 'weights');
  return weights.length === 1 ? weights[0]!.sha256 : hashOfList(weights);
}

/** Over the lines that `sha256sum` would print, sorted by name. */
function hashOfList(files: readonly HashedFile[]): string {
  const lines = files.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map(({ name, sha256 }) => `${sha256}  ${name}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}
