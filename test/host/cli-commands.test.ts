import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resultOf, sentenceOf, sesame, temporaryFolder, withoutGpu, writeTinyModel } from './support.ts';

const folder = temporaryFolder();

beforeAll(() => writeTinyModel(join(folder, 'tiny')));

describe('models', () => {
  it('imports a folder, lists it beside the built-in model, and removes it again', async () => {
    expect(await resultOf(folder, ['models', 'list'])).toMatchObject({ library: join(folder, 'library'), models: [{ name: 'built-in' }], damaged: [] });
    const imported = await resultOf(folder, ['models', 'import', 'tiny', '--name', 'my model']);
    expect(imported).toMatchObject({ name: 'my model', source: { kind: 'folder' } });
    expect((await resultOf(folder, ['models', 'list'])).models).toMatchObject([{ name: 'built-in' }, { name: 'my model', id: imported.id }]);
    expect((await sesame(folder, ['models', 'list'])).stdout).toMatch(/^ {2}my model +0\.0 M +encoder +\d+ kB$/m);
    expect(await resultOf(folder, ['models', 'remove', 'my model'])).toEqual({ removed: 'my model' });
    expect(existsSync(imported.folder)).toBe(false);
  });

  it('removes neither the built-in model nor what is not there', async () => {
    expect(sentenceOf(await sesame(folder, ['models', 'remove', 'built-in']), 1)).toBe('The built-in model belongs to the studio and cannot be removed.');
    expect(sentenceOf(await sesame(folder, ['models', 'remove', 'nothing']), 1)).toContain('“nothing”');
  });

  it('says in one sentence that a hub cannot be reached', async () => {
    const sentence = sentenceOf(await sesame(folder, ['models', 'download', 'bert-base-uncased', '--hub', 'http://127.0.0.1:9']), 1);
    expect(sentence).toContain('127.0.0.1:9');
    expect(sentenceOf(await sesame(folder, ['models', 'download', 'bert-base-uncased', '--hub', 'nowhere']), 2)).toContain('--hub');
  });
});

describe('devices', () => {
  it('are proved each in a process of its own, and auto takes one that works', async () => {
    const { auto, devices } = await resultOf(folder, ['devices', '--threads', '1'], withoutGpu);
    expect(devices.slice(0, 2)).toEqual([
      { name: 'cpu', usable: true, experimental: false, largestError: 0, stepMilliseconds: expect.any(Number) },
      { name: 'webgpu', usable: false, experimental: false, reason: 'no GPU with a working driver was found' },
    ]);
    expect(auto).toBe('cpu');
    const { stdout } = await sesame(folder, ['devices', '--threads', '1'], withoutGpu);
    expect(stdout).toMatch(/^ {2}webgpu +no +no GPU with a working driver was found$/m);
    expect(stdout).toMatch(/\n--device auto takes cpu\.\n$/);
  });
});
