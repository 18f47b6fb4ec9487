import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UsageError } from '../../shared/domain/errors.ts';
import { guessTask } from '../../src-main/runs/guess-task.ts';

const folder = mkdtempSync(join(tmpdir(), 'guess-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const guess = (rows: readonly object[]) => {
  const path = join(folder, 'rows.jsonl');
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return guessTask(path, {});
};
const rows = (label: (index: number) => unknown, more: object = {}) => Array.from({ length: 30 }, (_, index) => ({ text: `t${index}`, ...more, label: label(index) }));

it('knows tasks by their columns', async () => {
  expect((await guess(rows((index) => (index % 2 ? 'a' : 'b')))).task).toBe('classification');
  expect((await guess(rows((index) => index % 2))).task).toBe('classification');
  expect((await guess(rows((index) => (index % 2 ? ['a'] : [])))).task).toBe('multilabel');
  expect((await guess(rows((index) => index / 4))).task).toBe('regression');
  expect((await guess(Array.from({ length: 30 }, (_, index) => ({ premise: 'x', hypothesis: 'y', label: index % 3 })))).task).toBe('pair');
});

it('asks where they leave it open', async () => {
  for (const label of [(index: number) => index, (index: number) => `name ${index}`, (index: number) => (index % 2 ? 'a#b' : 'a'), () => null]) await expect(guess(rows(label))).rejects.toBeInstanceOf(UsageError);
});
