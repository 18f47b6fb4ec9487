import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, InputError, MachineError } from '../../shared/domain/errors.ts';
import { importModel } from '../../src-main/models/import.ts';
import type { TransferProgress } from '../../src-main/models/progress.ts';
import { listModels, removeLeftovers, removeModel } from '../../src-main/models/store.ts';
import { failureOf, temporaryFolder, writeTinyModel } from './support.ts';

const root = temporaryFolder();
let count = 0, library: string, folder: string;
beforeEach(async () => {
  library = join(root, `library-${++count}`);
  folder = await writeTinyModel(join(root, `model-${count}`));
});
const inLibrary = (): string[] => readdirSync(join(library, 'models'));

describe('importing a model', () => {
  it('copies what makes the model, and nothing else', async () => {
    writeFileSync(join(folder, 'README.md'), '# Mine\n');
    writeFileSync(join(folder, 'optimizer.pt'), 'large');
    const model = await importModel(folder, library);
    expect(readdirSync(model.folder).sort()).toEqual(['README.md', 'config.json', 'model.safetensors', 'sesame-model.json', 'tokenizer_config.json', 'vocab.txt']);
    expect(inLibrary()).toEqual([model.id]);
    expect(model).toMatchObject({ name: `model-${count}`, source: { kind: 'folder', folder }, task: undefined, labels: [] });
    expect((await listModels(library)).models).toEqual([model]);
  });

  it('keeps shards and labels', async () => {
    const sharded = await writeTinyModel(join(root, `sharded-${count}`), {
      head: 'token-classification', maxShardBytes: 200, config: { architectures: ['BertForTokenClassification'], id2label: { 0: 'O', 1: 'B-LOC' } },
    });
    const model = await importModel(sharded, library);
    expect(model.files.filter(({ role }) => role === 'weights').length).toBeGreaterThan(2);
    expect(model).toMatchObject({ task: 'ner', labels: ['O', 'B-LOC'] });
  });

  it.skipIf(process.platform === 'win32')('follows links, as a hub’s own cache is made of them', async () => {
    const cache = join(root, `cache-${count}`);
    mkdirSync(cache);
    for (const name of readdirSync(folder)) symlinkSync(join(folder, name), join(cache, name));
    const model = await importModel(cache, library);
    rmSync(folder, { recursive: true });
    expect((await listModels(library)).models).toEqual([model]);
  });

  it('finds the same model again, whatever its card or its name', async () => {
    const model = await importModel(folder, library);
    writeFileSync(join(folder, 'README.md'), '# Mine\n');
    expect(await importModel(folder, library, { name: 'another name' })).toEqual(model);
    expect(inLibrary()).toEqual([model.id]);
  });

  it('keeps models apart that differ in their tokenizer alone', async () => {
    const model = await importModel(folder, library);
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: false }));
    const other = await importModel(folder, library);
    expect(other.id).not.toBe(model.id);
    expect(other.weightsHash).toBe(model.weightsHash);
    expect(other.name).toBe(`${model.name} 2`);
  });

  it('refuses a name that another model has, or that means the built-in one', async () => {
    const { name } = await importModel(folder, library);
    const other = await writeTinyModel(join(root, `other-${count}`), { value: 3 });
    for (const taken of [name, 'built-in']) expect(await failureOf(importModel(other, library, { name: taken }))).toMatchObject({ code: 'model-name-taken' });
    expect(inLibrary()).toHaveLength(1);
  });

  it('refuses a name that is blank or means a folder', async () => {
    for (const name of ['', ' ', './mine', '..', '/mine']) expect(await failureOf(importModel(folder, library, { name }))).toMatchObject({ code: 'model-name-invalid' });
  });

  it('leaves nothing behind when the weights turn out not to fit', async () => {
    rmSync(join(folder, 'model.safetensors'));
    writeFileSync(join(folder, 'model.safetensors'), 'no weights at all');
    expect(await failureOf(importModel(folder, library))).toBeInstanceOf(InputError);
    expect(inLibrary()).toEqual([]);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const stop = new AbortController();
    const failure = await failureOf(importModel(folder, library, { signal: stop.signal, onProgress: () => stop.abort() }));
    expect(failure).toBeInstanceOf(CancelledError);
    expect(inLibrary()).toEqual([]);
  });

  it('checks for room before it copies anything', async () => {
    const failure = await failureOf(importModel(folder, library, { freeSpace: () => Promise.resolve(100_000_000) }));
    expect(failure).toBeInstanceOf(MachineError);
    expect(failure.message).toMatch(/needs 1 MB .* 100 MB are free: free some space/);
    expect(inLibrary()).toEqual([]);
  });

  it('tells how far it is, up to the check at the end', async () => {
    const reports: TransferProgress[] = [];
    const { bytes } = await importModel(folder, library, { onProgress: (progress) => reports.push(progress) });
    expect(reports.at(-2)).toMatchObject({ stage: 'transfer', doneBytes: bytes, totalBytes: bytes });
    expect(reports.at(-1)).toMatchObject({ stage: 'check' });
  });
});

describe('the library’s models', () => {
  it('are none where there is no library yet', async () => {
    expect(await listModels(join(root, 'nowhere'))).toEqual({ models: [], damaged: [] });
  });

  it('can be removed', async () => {
    const { id } = await importModel(folder, library);
    await removeModel(id, library);
    expect(inLibrary()).toEqual([]);
    expect(await failureOf(removeModel(id, library))).toMatchObject({ code: 'model-missing' });
  });

  it('are removed by id only, never by a path', async () => {
    await importModel(folder, library);
    for (const path of ['..', '../models', '', folder]) expect(await failureOf(removeModel(path, library))).toMatchObject({ code: 'model-missing' });
    expect(existsSync(folder)).toBe(true);
  });

  it.each(['sesame-model.json', 'model.safetensors'])('are listed as damaged when their %s was changed, and can be imported again', async (name) => {
    const model = await importModel(folder, library);
    writeFileSync(join(model.folder, name), '{}');
    expect(await listModels(library)).toEqual({ models: [], damaged: [model.id] });
    expect((await importModel(folder, library)).id).toBe(model.id);
    expect((await listModels(library)).damaged).toEqual([]);
  });

  it('are rid of leftovers, but keep downloads of the last two weeks and imports of the last day', async () => {
    const { id } = await importModel(folder, library);
    for (const name of ['.import-new', '.import-old', '.removed-1', '.download-new', '.download-old']) {
      mkdirSync(join(library, 'models', name));
      writeFileSync(join(library, 'models', name, 'model.safetensors.partial'), '');
    }
    const longAgo = Date.now() / 1000 - 15 * 24 * 3600;
    for (const path of ['.download-old/model.safetensors.partial', '.download-old', '.import-old/model.safetensors.partial', '.import-old']) utimesSync(join(library, 'models', path), longAgo, longAgo);
    await removeLeftovers(library);
    expect(inLibrary().sort()).toEqual(['.download-new', '.import-new', id].sort());
  });
});
