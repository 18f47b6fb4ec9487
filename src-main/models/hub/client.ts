import * as http from 'node:http';
import * as https from 'node:https';
import { CancelledError, MachineError } from '../../../shared/domain/errors.ts';
import { isCommit, type Hub } from './address.ts';
import { Body } from './body.ts';
import { connectionFailure } from './failures.ts';

/** What a hub says about a file before it redirects to where the file is stored. */
export interface LinkedFile {
  /** In bytes. */
  readonly size?: number | undefined;
  readonly sha256?: string | undefined;
  readonly commit?: string | undefined;
}

export interface HubResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly linked: LinkedFile;
  readonly body: Body;
  /** Host and port of whoever answered. */
  readonly host: string;
}

type Protocol = 'http:' | 'https:';

const maxRedirects = 5;
const defaultPatience = 30_000;

/**
 * Makes requests to one hub. Node's `fetch` knows a proxy only for the whole process, its agents each their own; the body is taken as it is,
 * never unpacked. Close it with `using`.
 */
export class HubClient implements Disposable {
  readonly hub: Hub;
  readonly #patience: number;
  readonly #agents: Readonly<Record<Protocol, http.Agent>>;

  /** @param patience milliseconds to wait for an answer, or for more of one */
  constructor(hub: Hub, patience = defaultPatience) {
    this.hub = hub;
    this.#patience = patience;
    const options = { keepAlive: true, proxyEnv: hub.proxies };
    this.#agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  }

  [Symbol.dispose](): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /**
   * Follows redirects, without the token once they leave the hub. A HEAD request ends where the hub has told the file's size.
   * @throws {MachineError} as `connectionFailure`, `hub-redirect`. @throws {CancelledError}
   */
  async request(method: 'GET' | 'HEAD', url: URL, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<HubResponse> {
    let linked: LinkedFile = {};
    for (let redirects = 0, place = url; redirects <= maxRedirects; redirects++) {
      const { status, headers: answered, body } = await this.#send(method, place, headers, signal);
      linked = { ...linkedIn(answered, this.#isHub(place)), ...linked };
      const { location } = answered;
      const isRedirect = [301, 302, 303, 307, 308].includes(status) && location !== undefined;
      if (!isRedirect || (method === 'HEAD' && linked.size !== undefined)) return { status, headers: answered, linked, body, host: place.host };
      body.destroy();
      place = nextPlace(place, location);
    }
    throw new MachineError('hub-redirect', `The hub ${this.hub.address} redirects without end: check its address in the settings.`);
  }

  async #send(method: string, url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Pick<HubResponse, 'status' | 'headers' | 'body'>> {
    if (signal?.aborted) throw new CancelledError();
    const token = this.#isHub(url) ? this.hub.token : undefined;
    const all = { 'accept-encoding': 'identity', 'user-agent': 'sesame-studio', ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const protocol = url.protocol as Protocol;
    const send = protocol === 'https:' ? https.request : http.request;
    return new Promise((resolve, reject) => {
      const request = send(url, { method, headers: all, agent: this.#agents[protocol], ...(signal ? { signal } : {}) });
      const giveUp = (): void => void request.destroy(Object.assign(new Error('No answer.'), { code: 'ETIMEDOUT' }));
      const timer = setTimeout(giveUp, this.#patience);
      request.once('response', (response) => {
        clearTimeout(timer);
        response.setTimeout(this.#patience, giveUp);
        // Read from now on, whenever the caller gets to it.
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: new Body(response, url.host, signal) });
      });
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(signal?.aborted ? new CancelledError() : connectionFailure(error, url.host));
      });
      request.end();
    });
  }

  #isHub(url: URL): boolean {
    return url.origin === new URL(this.hub.address).origin;
  }
}

function nextPlace(from: URL, location: string): URL {
  const next = URL.parse(location, from.href);
  const isSafe = next && (next.protocol === 'https:' || (next.protocol === 'http:' && from.protocol === 'http:'));
  if (!isSafe) throw new MachineError('hub-redirect', `“${from.host}” redirects to an address that is not safe: check the hub’s address in the settings.`);
  return next;
}

/** Hugging Face gives the SHA-256 of large files as their ETag, in a header of its own before the redirect to storage, whose own ETags mean other things. */
function linkedIn(headers: http.IncomingHttpHeaders, isHub: boolean): LinkedFile {
  const text = (name: string): string => String(headers[name] ?? '');
  const size = /^\d{1,15}$/.exec(text('x-linked-size'))?.[0];
  const sha256 = /^"?([0-9a-f]{64})"?$/.exec(text('x-linked-etag') || (isHub ? text('etag') : ''))?.[1];
  const commit = text('x-repo-commit');
  return { ...(size === undefined ? {} : { size: Number(size) }), ...(sha256 ? { sha256 } : {}), ...(isCommit(commit) ? { commit } : {}) };
}
