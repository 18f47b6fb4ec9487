import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSplits } from '../../src-main/runs/prepare.ts';

const folder = mkdtempSync(join(tmpdir(), 'prepare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, rows: readonly (readonly [text: string, label: string])[]): string {
  writeFileSync(join(folder, name), `text,label\n${rows.map((row) => `${row.join(',')}\n`).join('')}`);
  return join(folder, name);
}
const rows = (count: number, from = 0) => Array.from({ length: count }, (_, index) => [`text ${from + index}`, index % 2 ? 'a' : 'b'] as const);

it('sets a tenth of each label aside where no dev file is given, the same for the same seed', async () => {
  const train = file('train.csv', rows(100)), splits = await readSplits('classification', { train }, 3);
  expect(splits).toMatchObject({ heldOut: true, labels: ['a', 'b'], repeated: 0 });
  expect([splits.train.length, ...['a', 'b'].map((name) => splits.dev.filter(({ label }) => label === name).length)]).toEqual([90, 5, 5]);
  expect(await readSplits('classification', { train }, 3)).toEqual(splits);
  expect((await readSplits('classification', { train }, 4)).dev).not.toEqual(splits.dev);
});

it('counts dev rows that are training rows as well', async () => {
  const { repeated, heldOut } = await readSplits('classification', { train: file('train.csv', rows(20)), dev: file('dev.csv', rows(8, 17)) }, 1);
  expect({ repeated, heldOut }).toEqual({ repeated: 3, heldOut: false });
});

it('says which rows of which file are left out', async () => {
  const { warnings, test } = await readSplits('classification', { train: file('train.csv', rows(20)), dev: file('dev.csv', [...rows(4), ['', 'a']]), test: file('test.csv', [['x', ''], ['y', 'b']]) }, 1);
  expect(warnings.map(({ file, warning: { message } }) => `${file.split(/[/\\]/).at(-1)} ${message}`)).toEqual(['dev.csv line 6 has no text in column “text”', 'test.csv line 2 has no label in column “label”']);
  expect(test).toHaveLength(1);
});
