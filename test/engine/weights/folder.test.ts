import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readModelWeights, writeModelWeights } from '../../../src-main/engine/weights/folder.ts';
import { writeSafetensors } from '../../../src-main/engine/weights/safetensors.ts';
import type { Weights } from '../../../src-main/engine/weights/tensors.ts';
import { counting, plain, safetensorsFile, temporaryFolder } from './support.ts';
import { archive, dictionary, floats, pickle, storage, tensorOn } from './pickles.ts';

const root = temporaryFolder();
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(root, 'model-')); });

const genuine = join(import.meta.dirname, '../../fixtures/weights/pytorch_model.bin');
const weights: Weights = new Map(['a', 'b', 'c', 'd', 'e'].map((name, index) => [name, counting([index + 1, 4])]));
const writeIndex = (file: string, shardOf: unknown): void => writeFileSync(join(folder, file), JSON.stringify({ metadata: {}, weight_map: shardOf }));

describe('writing a model', () => {
  it('gives one file where that is enough, making the folder', async () => {
    const inner = join(folder, 'inner', 'model');
    await writeModelWeights(inner, weights);
    expect(readdirSync(inner)).toEqual(['model.safetensors']);
    expect(plain(await readModelWeights(inner))).toEqual(plain(weights));
  });

  it('divides it into shards with an index above the limit, counted in the type it is saved in', async () => {
    await writeModelWeights(folder, weights, { dtype: 'float16', maxShardBytes: 48 });
    expect(readdirSync(folder)).toEqual([...[1, 2, 3].map((index) => `model-0000${index}-of-00003.safetensors`), 'model.safetensors.index.json']);
    const index = JSON.parse(readFileSync(join(folder, 'model.safetensors.index.json'), 'utf8')) as { metadata: unknown; weight_map: Record<string, string> };
    expect(index.metadata).toEqual({ total_size: 120 });
    expect(Object.values(index.weight_map).map((file) => file.slice(6, 11))).toEqual(['00001', '00001', '00001', '00002', '00003']);
    expect(plain(await readModelWeights(folder))).toEqual(plain(weights));
  });

  it('puts a tensor above the limit into a shard of its own', async () => {
    await writeModelWeights(folder, weights, { maxShardBytes: 1 });
    expect(readdirSync(folder)).toHaveLength(6);
    expect(plain(await readModelWeights(folder))).toEqual(plain(weights));
  });

  it('replaces an earlier model, whole or in shards, and touches no other file', async () => {
    writeFileSync(join(folder, 'config.json'), '{}');
    const newer: Weights = new Map([['a', counting([2])], ['b', counting([2])]]);
    await writeModelWeights(folder, weights);
    await writeModelWeights(folder, newer, { maxShardBytes: 8 });
    expect(plain(await readModelWeights(folder))).toEqual(plain(newer));
    expect(readdirSync(folder)).not.toContain('model.safetensors');
    await writeModelWeights(folder, weights, { maxShardBytes: 64 });
    expect(readdirSync(folder).filter((file) => file.includes('-of-00002'))).toEqual([]);
    await writeModelWeights(folder, newer);
    expect(readdirSync(folder)).toEqual(['config.json', 'model.safetensors']);
    expect(plain(await readModelWeights(folder))).toEqual(plain(newer));
  });

  it('writes a model without tensors', async () => {
    await writeModelWeights(folder, new Map());
    expect(await readModelWeights(folder)).toEqual(new Map());
  });
});

describe('reading a model', () => {
  it('takes pytorch_model.bin, but model.safetensors first', async () => {
    copyFileSync(genuine, join(folder, 'pytorch_model.bin'));
    expect([...(await readModelWeights(folder)).keys()]).toContain('transposed');
    await writeSafetensors(join(folder, 'model.safetensors'), weights);
    expect([...(await readModelWeights(folder)).keys()]).toEqual([...weights.keys()]);
  });

  it('takes the shards of a PyTorch model, id buffers left out', async () => {
    writeFileSync(join(folder, 'one.bin'), archive(pickle(dictionary({ a: tensorOn(storage('0', 2)) })), { 0: floats(1, 2) }));
    copyFileSync(genuine, join(folder, 'two.bin'));
    writeIndex('pytorch_model.bin.index.json', { a: 'one.bin', bias: 'two.bin', 'embeddings.position_ids': 'two.bin' });
    const read = await readModelWeights(folder);
    expect([read.get('a')!.data[1], read.get('bias')!.data[2]]).toEqual([2, 3.5]);
    expect(read.has('embeddings.position_ids')).toBe(false);
  });

  it('follows links, since model caches are made of them', async () => {
    await writeSafetensors(join(root, 'blob'), weights);
    symlinkSync(join(root, 'blob'), join(folder, 'model.safetensors'));
    expect((await readModelWeights(folder)).size).toBe(5);
  });

  it.each(['../outside.safetensors', '/etc/passwd', 'inner/shard.safetensors', '..\\outside.safetensors', 'C:shard', '..', '', 7])('refuses the shard %j, which is no file of its folder', async (shard) => {
    await writeSafetensors(join(root, 'outside.safetensors'), weights);
    writeIndex('model.safetensors.index.json', { a: shard });
    await expect(readModelWeights(folder)).rejects.toMatchObject({ code: 'weights-unsafe' });
  });

  it('says which shard or tensor is absent', async () => {
    writeIndex('model.safetensors.index.json', { a: 'shard.safetensors' });
    await expect(readModelWeights(folder)).rejects.toMatchObject({ code: 'file-missing', message: expect.stringContaining('shard.safetensors') as string });
    writeFileSync(join(folder, 'shard.safetensors'), safetensorsFile({ b: { dtype: 'F32', shape: [], data_offsets: [0, 4] } }, 4));
    await expect(readModelWeights(folder)).rejects.toThrow(/lists the tensor “a”, which none/);
  });

  it.each(['', '[]', '{"metadata": {}}', '{"weight_map": ["a"]}'])('refuses the index %j', async (text) => {
    writeFileSync(join(folder, 'model.safetensors.index.json'), text);
    await expect(readModelWeights(folder)).rejects.toMatchObject({ code: expect.stringMatching(/damaged$/) as string });
  });

  it('says what a folder lacks', async () => {
    await expect(readModelWeights(folder)).rejects.toMatchObject({ code: 'weights-missing', message: expect.stringContaining('model.safetensors') as string });
    writeFileSync(join(folder, 'tf_model.h5'), '');
    await expect(readModelWeights(folder)).rejects.toThrow('only tf_model.h5');
    await expect(readModelWeights(join(folder, 'absent'))).rejects.toMatchObject({ code: 'folder-unreadable' });
    mkdirSync(join(folder, 'model.safetensors'));
    await expect(readModelWeights(folder)).rejects.toMatchObject({ code: 'file-unreadable' });
    rmSync(join(folder, 'model.safetensors'), { recursive: true });
  });
});
