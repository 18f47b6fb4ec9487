import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { CancelledError, MachineError } from '../../../shared/domain/errors.ts';
import { connectionFailure } from './failures.ts';

/**
 * An answer's bytes, to be read once or destroyed. When the connection breaks, everything that has come is given out before the error is
 * thrown: Node's own stream would drop what was not read yet, and a download that breaks often would not get on.
 */
export class Body implements AsyncIterable<Buffer> {
  readonly #response: IncomingMessage;
  readonly #arrived = new PassThrough();
  readonly #host: string;
  readonly #signal: AbortSignal | undefined;
  #failure: unknown;

  constructor(response: IncomingMessage, host: string, signal: AbortSignal | undefined) {
    this.#response = response;
    this.#host = host;
    this.#signal = signal;
    response.on('error', (error) => {
      this.#failure = error;
      this.#arrived.end();
    });
    response.pipe(this.#arrived);
  }

  /** @throws {MachineError} as `connectionFailure`; {@link CancelledError} */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const piece of this.#arrived as AsyncIterable<Buffer>) yield piece;
    } finally {
      // A no-op where everything was read: the connection can serve the next request.
      this.#response.destroy();
    }
    if (this.#failure !== undefined) throw this.#signal?.aborted ? new CancelledError() : connectionFailure(this.#failure, this.#host);
  }

  /** As UTF-8. @throws as iterating; {@link MachineError} `hub-unexpected` if there is more than `maxBytes` */
  async text(maxBytes: number): Promise<string> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of this) {
      pieces.push(piece);
      if ((length += piece.length) > maxBytes) throw new MachineError('hub-unexpected', `“${this.#host}” gave an answer far too long: check the hub’s address in the settings.`);
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  /** Closes the connection instead of reading on. */
  destroy(): void {
    this.#response.destroy();
  }
}
