import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Seen {
  readonly from: 'hub' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** What the hub does unlike a healthy one; a test changes it as it goes. */
export interface Behaviour {
  /** Answers instead of the hub, if it gives anything. */
  answer: (request: IncomingMessage) => { status: number; headers?: OutgoingHttpHeaders; body?: string } | undefined;
  hasApi: boolean;
  /** After how many bytes of its body an answer breaks off, by how many of that file there were before. */
  breakAfter: (name: string, earlier: number) => number | undefined;
  /** Whether an answer that breaks off says nothing more instead of closing the connection. */
  falls: 'apart' | 'silent';
  takesRanges: boolean;
  storageTag: string | undefined;
  /** The SHA-256 it gives for a file. */
  sha256Of: (bytes: Buffer) => string;
  /** What it sends for a file. */
  contentOf: (name: string, bytes: Buffer) => Buffer;
}

const healthy: Behaviour = {
  answer: () => undefined, hasApi: true, breakAfter: () => undefined, falls: 'apart', takesRanges: true, storageTag: '"storage-1"', sha256Of: sha256, contentOf: (_, bytes) => bytes,
};

/** Plays the hub on a loopback port and, on another, the storage it redirects large files to. */
export class FakeHub implements AsyncDisposable {
  readonly seen: Seen[] = [];
  readonly behaviour: Behaviour = { ...healthy };
  commit = 'a'.repeat(40);
  readonly #models = new Map<string, Map<string, Buffer>>();
  readonly #bodies = new Map<string, number>();
  readonly #hub: Server;
  readonly #storage: Server;

  constructor() {
    this.#hub = createServer((request, response) => this.#answer(request, response));
    this.#storage = createServer((request, response) => this.#store(request, response));
  }

  async listen(): Promise<this> {
    for (const server of [this.#hub, this.#storage]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get address(): string {
    return addressOf(this.#hub);
  }

  /** Offers the files of a folder as a model. */
  publish(name: string, folder: string): void {
    this.#models.set(name, new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))])));
  }

  /** How often a file's body was asked for, with the ranges. */
  ranges(file: string): (string | undefined)[] {
    return this.seen.filter(({ method, path }) => method === 'GET' && path.endsWith(`/${file}`)).filter(({ from }) => from === 'storage' || !isLarge(file)).map(({ headers }) => headers.range);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#see('hub', request);
    const instead = this.behaviour.answer(request);
    if (instead) return void response.writeHead(instead.status, instead.headers).end(instead.body);
    const path = request.url ?? '';
    const list = /^\/api\/models\/(.+)\/revision\/[^/]+$/.exec(path);
    if (list) return this.#list(list[1]!, response);
    const file = /^\/(.+)\/resolve\/[^/]+\/([^/]+)$/.exec(path);
    const bytes = file && this.#models.get(file[1]!)?.get(file[2]!);
    if (!bytes) return void response.writeHead(404, this.behaviour.hasApi ? { 'x-error-code': 'EntryNotFound' } : {}).end();
    const linked = { 'x-repo-commit': this.commit, 'x-linked-size': bytes.length, ...(isLarge(file[2]!) ? { 'x-linked-etag': `"${this.behaviour.sha256Of(bytes)}"` } : {}) };
    if (isLarge(file[2]!)) return void response.writeHead(302, { ...linked, location: `${addressOf(this.#storage)}/${file[1]}/${file[2]}` }).end();
    if (request.method === 'HEAD') return void response.writeHead(200, { ...linked, 'content-length': bytes.length }).end();
    this.#send(file[2]!, bytes, '"small-1"', request, response);
  }

  #list(name: string, response: ServerResponse): void {
    const files = this.#models.get(name);
    if (!this.behaviour.hasApi) return void response.writeHead(404).end('<html>');
    if (!files) return void response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end();
    response.writeHead(200).end(JSON.stringify({ id: name, sha: this.commit, siblings: [...files.keys()].map((rfilename) => ({ rfilename })) }));
  }

  #store(request: IncomingMessage, response: ServerResponse): void {
    this.#see('storage', request);
    const [, name, file] = /^\/(.+)\/([^/]+)$/.exec(request.url ?? '')!;
    this.#send(file!, this.#models.get(name!)!.get(file!)!, this.behaviour.storageTag, request, response);
  }

  #send(name: string, original: Buffer, etag: string | undefined, request: IncomingMessage, response: ServerResponse): void {
    const bytes = this.behaviour.contentOf(name, original);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0), condition = request.headers['if-range'];
    const isPart = from > 0 && this.behaviour.takesRanges && (condition === undefined || condition === etag);
    const body = isPart ? bytes.subarray(from) : bytes;
    const headers = { ...(etag ? { etag } : {}), 'content-length': body.length, ...(isPart ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}) };
    response.writeHead(isPart ? 206 : 200, headers);
    const earlier = this.#bodies.get(name) ?? 0, cut = this.behaviour.breakAfter(name, earlier);
    this.#bodies.set(name, earlier + 1);
    if (cut === undefined) response.end(body);
    else response.write(body.subarray(0, cut), () => {
      // In order, after what was written: a reset would take along what the client has not read yet.
      if (this.behaviour.falls === 'apart') response.socket?.end();
    });
  }

  #see(from: Seen['from'], request: IncomingMessage): void {
    this.seen.push({ from, method: request.method ?? '', path: request.url ?? '', headers: request.headers });
  }
}

const isLarge = (file: string): boolean => /\.(?:safetensors|bin)$/.test(file);
const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
