import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError, MachineError } from '../../../shared/domain/errors.ts';
import type { TransferProgress } from '../../../src-main/models/progress.ts';
import { resolveModel } from '../../../src-main/models/resolve.ts';
import { listModels } from '../../../src-main/models/store.ts';
import { failureOf, writeTinyModel } from '../support.ts';
import { FakeHub, sha256 } from './fake-hub.ts';
import { download, entries, hub, library, root, unfinished, weightBytes, weights } from './setup.ts';

describe('downloading a model', () => {
  it('brings what makes the model, with its card, into the library', async () => {
    const model = await download();
    expect(model).toMatchObject({ name: 'owner/tiny', source: { kind: 'hub', hub: hub.address, name: 'owner/tiny', revision: hub.commit }, weightsHash: sha256(weightBytes) });
    expect(readdirSync(model.folder).sort()).toEqual(['README.md', 'config.json', weights, 'sesame-model.json', 'tokenizer_config.json', 'vocab.txt']);
    expect(readFileSync(join(model.folder, weights))).toEqual(weightBytes);
    expect(entries()).toEqual([model.id]);
    expect(await resolveModel('owner/tiny', library)).toMatchObject({ folder: model.folder });
  });

  it('asks for every file by the commit that the list names', async () => {
    await download({ revision: 'v1' });
    const paths = hub.seen.filter(({ from }) => from === 'hub').map(({ path }) => path);
    expect(paths.shift()).toBe('/api/models/owner/tiny/revision/v1');
    for (const path of paths) expect(path).toContain(`/resolve/${hub.commit}/`);
  });

  it('brings shards', async () => {
    const sharded = await writeTinyModel(join(root, 'sharded'), { maxShardBytes: 200 });
    hub.publish('sharded', sharded);
    const model = await download({}, 'sharded');
    expect(model.files.filter(({ role }) => role === 'weights').length).toBeGreaterThan(2);
  });

  it('prefers safetensors, and takes pytorch_model.bin where there are none', async () => {
    const both = await writeTinyModel(join(root, 'both'));
    writeFileSync(join(both, 'pytorch_model.bin'), 'no archive');
    hub.publish('both', both);
    await download({}, 'both');
    expect(hub.ranges('pytorch_model.bin')).toEqual([]);
    renameSync(join(both, weights), join(root, 'aside'));
    hub.publish('pickled', both);
    expect(await failureOf(download({}, 'pickled'))).toMatchObject({ code: 'weights-damaged', message: expect.stringContaining('“pickled/pytorch_model.bin”') });
  });

  it('tries the known names where a mirror has no list', async () => {
    hub.behaviour.hasApi = false;
    expect((await download()).source).toMatchObject({ revision: hub.commit });
    expect(await failureOf(download({}, 'absent'))).toMatchObject({ code: 'model-not-found' });
  });

  it('asks again for files of an earlier try that only a branch names', async () => {
    hub.behaviour.hasApi = false;
    hub.commit = 'unknown';
    hub.behaviour.breakAfter = (name) => (name === weights ? 0 : undefined);
    await failureOf(download());
    hub.behaviour.breakAfter = () => undefined;
    await download();
    expect(hub.ranges('vocab.txt')).toHaveLength(2);
  });

  it('does nothing when the library has that commit already, and gives a later one a name of its own', async () => {
    const first = await download();
    hub.seen.length = 0;
    expect(await download()).toEqual(first);
    expect(hub.seen).toHaveLength(1);
    hub.commit = 'b'.repeat(40);
    hub.publish('owner/tiny', await writeTinyModel(join(root, 'newer'), { value: 2 }));
    expect((await download()).name).toBe('owner/tiny 2');
    expect((await listModels(library)).models).toHaveLength(2);
  });

  it('refuses to be started twice at a time', async () => {
    const both = await Promise.allSettled([download(), download()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'download-running' } });
  });

  it('tells how far it is, up to the check at the end', async () => {
    const reports: TransferProgress[] = [];
    const { bytes } = await download({ onProgress: (progress) => reports.push(progress) });
    expect(reports.filter(({ stage }) => stage === 'transfer').at(-1)).toMatchObject({ doneBytes: bytes, totalBytes: bytes });
    expect(reports.at(-1)).toMatchObject({ stage: 'check' });
  });

  it('goes through a proxy', async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(407).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const failure = await failureOf(download({ proxy: `http://ann:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}` }));
    expect(failure).toMatchObject({ code: 'proxy-refused', message: expect.not.stringContaining('secret') });
    expect(asked).toEqual([`${hub.address}/api/models/owner/tiny/revision/main`]);
    expect(hub.seen).toEqual([]);
    proxy.closeAllConnections();
    proxy.close();
  });
});

describe('a model that cannot be used', () => {
  it('comes no further than config.json when that is no BERT’s', async () => {
    const roberta = await writeTinyModel(join(root, 'roberta'));
    writeFileSync(join(roberta, 'config.json'), JSON.stringify({ model_type: 'roberta' }));
    hub.publish('roberta-base', roberta);
    const failure = await failureOf(download({}, 'roberta-base'));
    expect(failure).toBeInstanceOf(InputError);
    expect(failure.message).toBe('“roberta-base/config.json” describes a model of the type “roberta”, not “bert”: choose a BERT encoder.');
    expect(hub.ranges(weights)).toEqual([]);
    expect(entries()).toEqual([]);
  });

  it('never lies outside its folder, whatever an index says', async () => {
    const unsafe = await writeTinyModel(join(root, 'unsafe'));
    rmSync(join(unsafe, weights));
    writeFileSync(join(unsafe, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: '../../../escaped.safetensors' } }));
    hub.publish('unsafe', unsafe);
    expect(await failureOf(download({}, 'unsafe'))).toMatchObject({ code: 'weights-unsafe' });
    expect(existsSync(join(root, 'escaped.safetensors'))).toBe(false);
  });
});

describe('the token', () => {
  it('goes to the hub and not to where it redirects', async () => {
    await download({ token: 'hf_secret' });
    const tokens = (from: string): Set<string | undefined> => new Set(hub.seen.filter((request) => request.from === from).map(({ headers }) => headers.authorization));
    expect(tokens('hub')).toEqual(new Set(['Bearer hf_secret']));
    expect(tokens('storage')).toEqual(new Set([undefined]));
  });
});

describe('what the network or the hub refuses', () => {
  it.each([
    [401, {}, 'hub-unauthorised', /asks for a token: put one in the settings or in HF_TOKEN/],
    [401, { 'x-error-code': 'GatedRepo' }, 'model-gated', /accept them on http:.*\/owner\/tiny/],
    [403, {}, 'model-gated', /accepted its conditions/],
    [404, { 'x-error-code': 'RepoNotFound' }, 'model-not-found', /has no model “owner\/tiny”: check the name/],
    [404, { 'x-error-code': 'RevisionNotFound' }, 'revision-not-found', /no revision “main”/],
    [429, {}, 'hub-busy', /in a few minutes/],
    [503, {}, 'hub-failed', /try again later/],
    [302, { location: 'file:///etc/passwd' }, 'hub-redirect', /not safe/],
    [302, { location: '/again' }, 'hub-redirect', /without end/],
    [418, {}, 'hub-unexpected', /makes no sense/],
  ])('%i is one clear sentence', async (status, headers, code, message) => {
    hub.behaviour.answer = () => ({ status, headers });
    const failure = await failureOf(download());
    expect(failure).toBeInstanceOf(MachineError);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });

  it('an unreachable hub and an unreachable proxy are too', async () => {
    const nobody = 'http://127.0.0.1:9';
    for (const options of [{ hub: nobody }, { proxy: nobody }]) expect(await failureOf(download(options))).toMatchObject({ code: 'hub-unreachable' });
  });

  it('a hub that says nothing is', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const failure = await failureOf(download({ hub: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, patience: 50 }));
    expect(failure).toMatchObject({ code: 'hub-timeout' });
    silent.closeAllConnections();
    silent.close();
  });

  it('storage that refuses what the hub sent there is, and no question of accounts', async () => {
    await using storage = await new FakeHub().listen();
    storage.behaviour.answer = () => ({ status: 403 });
    hub.behaviour.answer = ({ method, url }) => (method === 'GET' && url?.endsWith(weights) ? { status: 302, headers: { location: `${storage.address}/${weights}` } } : undefined);
    expect(await failureOf(download())).toMatchObject({ code: 'hub-failed', message: expect.stringContaining('does not give this one out (403)') });
  });

  it('a fault that passes is not even noticed', async () => {
    let faults = 2;
    hub.behaviour.answer = () => (faults-- > 0 ? { status: 502 } : undefined);
    await download();
  });

  it('a full disk is noticed before anything comes', async () => {
    const failure = await failureOf(download({ freeSpace: () => Promise.resolve(0) }));
    expect(failure).toMatchObject({ code: 'disk-full' });
    expect(unfinished()).toEqual([]);
  });
});
