import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../shared/domain/errors.ts';
import { sha256OfFile } from '../../src-main/models/hashing.ts';
import { importModel } from '../../src-main/models/import.ts';
import { resolveModel } from '../../src-main/models/resolve.ts';
import { failureOf, temporaryFolder, writeTinyModel } from './support.ts';

const root = temporaryFolder();
const library = join(root, 'library');
let folder: string;
beforeAll(async () => { folder = await writeTinyModel(join(root, 'mine')); });

describe('resolving a model', () => {
  it('takes a folder, and gives the hash of its weights', async () => {
    expect(await resolveModel(folder, library)).toEqual({ folder, name: 'mine', weightsHash: await sha256OfFile(join(folder, 'model.safetensors')) });
  });

  it('takes the name or the id of a model of the library', async () => {
    const model = await importModel(folder, library, { name: 'org/kept' });
    const resolved = { folder: model.folder, name: 'org/kept', weightsHash: model.weightsHash };
    expect(await resolveModel('org/kept', library)).toEqual(resolved);
    expect(await resolveModel(model.id, library)).toEqual(resolved);
    expect(model.weightsHash).toBe((await resolveModel(folder, library)).weightsHash);
  });

  it('gives shards one hash that changes with any of them', async () => {
    const [one, same, other] = await Promise.all(['one', 'same', 'other'].map((name) => writeTinyModel(join(root, name), { maxShardBytes: 200, value: name === 'other' ? 2 : 1 })));
    const hashes = await Promise.all([one!, same!, other!].map(async (path) => (await resolveModel(path, library)).weightsHash));
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  it('remembers the hash until the file’s size or time changes', async () => {
    const path = join(await writeTinyModel(join(root, 'remembered')), 'model.safetensors');
    const hash = async (): Promise<string> => (await resolveModel(join(root, 'remembered'), library)).weightsHash;
    utimesSync(path, 1000, 1000);
    const first = await hash();
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    utimesSync(path, 1000, 1000);
    expect(await hash()).toBe(first);
    utimesSync(path, 2000, 2000);
    expect(await hash()).toBe(await sha256OfFile(path));
    writeFileSync(join(library, 'models', 'hashes.json'), 'damaged');
    expect(await hash()).not.toBe(first);
  });

  it.each([
    ['no such folder', './nowhere', 'folder-missing'],
    ['a file instead of a folder', 'config.json', 'folder-unreadable'],
    ['a name that nothing has', 'unheard-of', 'model-unknown'],
  ])('says so in one sentence: %s', async (_, name, code) => {
    const failure = await failureOf(resolveModel(name === 'config.json' ? join(folder, name) : name, library));
    expect(failure).toBeInstanceOf(InputError);
    expect(failure.code).toBe(code);
  });

  it.each([
    ['config.json', 'config-missing'], ['vocab.txt', 'tokenizer-missing'], ['model.safetensors', 'weights-missing'],
  ])('says so when the folder has no %s', async (missing, code) => {
    const incomplete = await writeTinyModel(join(root, `without-${missing}`));
    rmSync(join(incomplete, missing));
    expect(await failureOf(resolveModel(incomplete, library))).toMatchObject({ code });
  });

  it('says so when the model is no BERT', async () => {
    const roberta = await writeTinyModel(join(root, 'roberta'));
    writeFileSync(join(roberta, 'config.json'), JSON.stringify({ model_type: 'roberta' }));
    expect(await failureOf(resolveModel(roberta, library))).toMatchObject({ code: 'config-unsupported' });
  });

  it.each(['../elsewhere.safetensors', 'C:\\elsewhere.safetensors', '.hidden.safetensors', 'config.json', 7])('refuses an index that points to %s', async (shard) => {
    const unsafe = join(root, 'unsafe');
    mkdirSync(unsafe, { recursive: true });
    for (const name of ['config.json', 'vocab.txt']) writeFileSync(join(unsafe, name), readFileSync(join(folder, name)));
    writeFileSync(join(unsafe, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { 'bert.pooler.dense.bias': shard } }));
    expect(await failureOf(resolveModel(unsafe, library))).toMatchObject({ code: 'weights-unsafe' });
  });
});
