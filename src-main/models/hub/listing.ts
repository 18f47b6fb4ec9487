import { MachineError } from '../../../shared/domain/errors.ts';
import { isObject, parseJsonObject } from '../../engine/weights/reading.ts';
import { knownFiles, type NamedFile } from '../model-files.ts';
import { fileUrl, isCommit, listUrl } from './address.ts';
import type { HubClient, HubResponse } from './client.ts';
import { answerFailure, reasonOf, type Request } from './failures.ts';

export interface HubListing {
  /** What to ask for files by: the commit where the hub names one, so that all of them belong together. */
  readonly revision: string;
  readonly present: ReadonlySet<string>;
}

/** A file of the hub, as it describes it; what it leaves out is not checked. */
export interface HubFile extends NamedFile {
  /** In bytes. */
  readonly size: number | undefined;
  readonly sha256: string | undefined;
}

/** Far above the list of any model's files. */
const maxListBytes = 20_000_000;

/**
 * Lists a model's files by the hub's API, or, where a plain mirror has none, by trying the names a model can have.
 * @throws {MachineError} as `answerFailure` and `HubClient.request`. @throws {CancelledError}
 */
export async function listFiles(client: HubClient, request: Request, signal?: AbortSignal): Promise<HubListing> {
  const response = await client.request('GET', listUrl(request.hub, request.name, request.revision), {}, signal);
  if (response.status !== 200) {
    response.body.destroy();
    const hasNoApi = [404, 405, 501].includes(response.status) && !reasonOf(response.headers);
    if (hasNoApi) return tryKnownFiles(client, request, signal);
    throw answerFailure(response, request);
  }
  const json = parseJsonObject(Buffer.from(await response.body.text(maxListBytes)));
  return (json && readListing(json, request.revision)) ?? tryKnownFiles(client, request, signal);
}

function readListing({ sha, siblings }: Record<string, unknown>, revision: string): HubListing | undefined {
  if (!Array.isArray(siblings)) return undefined;
  const names = siblings.map((sibling) => (isObject(sibling) ? sibling['rfilename'] : undefined)).filter((name) => typeof name === 'string');
  return { revision: typeof sha === 'string' && isCommit(sha) ? sha : revision, present: new Set(names) };
}

async function tryKnownFiles(client: HubClient, request: Request, signal: AbortSignal | undefined): Promise<HubListing> {
  const present = new Set<string>();
  let { revision } = request;
  for (const name of knownFiles) {
    const response = await head(client, request, revision, name, signal);
    if (response.status !== 404) present.add(name);
    else if (name === 'config.json' && !reasonOf(response.headers)) throw answerFailure(response, request);
    revision = response.linked.commit ?? revision;
  }
  return { revision, present };
}

/** Asks the hub for a file's size and SHA-256. @throws as {@link listFiles} */
export async function describeFile(client: HubClient, request: Request, file: NamedFile, signal?: AbortSignal): Promise<HubFile> {
  const { status, headers, linked } = await head(client, request, request.revision, file.name, signal);
  if (status === 404) throw new MachineError('file-not-found', `The model “${request.name}” lists the file “${file.name}”, which the hub ${request.hub.address} does not have: choose another revision or another model.`);
  const length = headers['content-length'];
  return { ...file, size: linked.size ?? (status === 200 && length ? Number(length) : undefined), sha256: linked.sha256 };
}

async function head(client: HubClient, request: Request, revision: string, name: string, signal: AbortSignal | undefined): Promise<HubResponse> {
  const response = await client.request('HEAD', fileUrl(request.hub, request.name, revision, name), {}, signal);
  const { status, headers } = response;
  const isAbsent = status === 404 && [undefined, 'EntryNotFound'].includes(reasonOf(headers));
  // 405 and 501: the mirror answers GET only, which will tell.
  if (status >= 400 && !isAbsent && status !== 405 && status !== 501) throw answerFailure(response, request);
  return response;
}
