import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { builtInFolder } from '../../src-main/models/built-in.ts';
import { describeModel } from '../../src-main/models/description.ts';
import { sha256OfFile } from '../../src-main/models/hashing.ts';
import { findModelFiles } from '../../src-main/models/model-files.ts';
import { resolveModel } from '../../src-main/models/resolve.ts';
import { temporaryFolder } from './support.ts';

const library = temporaryFolder();
const recorded = readFileSync(join(builtInFolder, 'SHA256SUMS'), 'utf8');

it('the built-in model’s files have the recorded checksums', async () => {
  const files = (await findModelFiles(builtInFolder)).filter(({ role }) => role !== 'card').map(({ name }) => name).sort();
  const lines = await Promise.all(files.map(async (name) => `${await sha256OfFile(join(builtInFolder, name))}  ${name}\n`));
  expect(lines.join('')).toBe(recorded);
});

it('the built-in model loads, as an encoder of seven and a half million parameters', async () => {
  expect(await describeModel(builtInFolder)).toEqual({ parameters: 7_568_128, task: undefined, labels: [] });
});

it('“built-in” means the built-in model, and a run can refer to it by its weights', async () => {
  const { folder, name, weightsHash } = await resolveModel('built-in', library);
  expect([folder, name]).toEqual([builtInFolder, 'built-in']);
  expect(recorded).toContain(`${weightsHash}  model.safetensors\n`);
});

it('the built-in model comes with its card and its licence', async () => {
  const cards = (await findModelFiles(builtInFolder)).filter(({ role }) => role === 'card').map(({ name }) => name);
  expect(cards).toEqual(['README.md', 'LICENSE']);
});
