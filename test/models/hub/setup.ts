import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { downloadModel, type DownloadOptions } from '../../../src-main/models/download.ts';
import type { LibraryModel } from '../../../src-main/models/store.ts';
import { temporaryFolder, writeTinyModel } from '../support.ts';
import { FakeHub } from './fake-hub.ts';

export const root = temporaryFolder();
export const weights = 'model.safetensors';
/** New for every test: a hub that offers the model `owner/tiny`, and an empty library. */
export let hub: FakeHub, library: string;
/** Those of `owner/tiny`. */
export let weightBytes: Buffer;

const folder = join(root, 'published');
let count = 0;
beforeAll(async () => {
  await writeTinyModel(folder);
  writeFileSync(join(folder, 'README.md'), '---\nlicense: apache-2.0\n---\n');
  writeFileSync(join(folder, 'flax_model.msgpack'), 'not wanted');
  weightBytes = readFileSync(join(folder, weights));
});
beforeEach(async () => {
  library = join(root, `library-${++count}`);
  hub = await new FakeHub().listen();
  hub.publish('owner/tiny', folder);
});
afterEach(() => hub[Symbol.asyncDispose]());

export const download = (options: DownloadOptions = {}, name = 'owner/tiny'): Promise<LibraryModel> =>
  downloadModel(name, library, { hub: hub.address, env: {}, pauses: [1, 1], ...options });

export const entries = (): string[] => readdirSync(join(library, 'models'));
/** What a download in the library has so far. */
export const unfinished = (): string[] => entries().filter((entry) => entry.startsWith('.download-')).flatMap((entry) => readdirSync(join(library, 'models', entry)));
