import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freshRunFolder, removePartials, removeRun } from '../../src-main/runs/run-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function filled(name: string, ...files: readonly string[]): string {
  mkdirSync(join(folder, name, 'checkpoint'), { recursive: true });
  for (const file of files) writeFileSync(join(folder, name, file), 'x');
  return join(folder, name);
}

it('a run that comes to nothing takes its own files away and nobody else’s', async () => {
  const made = filled('made', 'run.json', 'config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt', 'special_tokens_map.json', 'metrics.jsonl', '.model.safetensors.1234.partial');
  await removeRun(made, true);
  expect(existsSync(made)).toBe(false);
  const shared = filled('shared', 'run.json', 'notes.txt');
  await removeRun(shared, true);
  expect(readdirSync(shared)).toEqual(['notes.txt']);
  const given = filled('given', 'run.json');
  await removeRun(given, false);
  expect(readdirSync(given)).toEqual([]);
});

it('a run whose folder could not even be made leaves nothing to take away', async () => {
  await removeRun(join(folder, 'never-made'), true);
});

it('what a killed process was writing is removed, in the folder and beside the checkpoint', async () => {
  const killed = filled('killed', 'run.json', '.model.safetensors.1234.partial', '.notes');
  writeFileSync(join(killed, 'checkpoint', '.state.safetensors.5678.partial'), 'x');
  writeFileSync(join(killed, 'checkpoint', 'state.safetensors'), 'x');
  await removePartials(killed);
  expect([readdirSync(killed).sort(), readdirSync(join(killed, 'checkpoint'))]).toEqual([['.notes', 'checkpoint', 'run.json'], ['state.safetensors']]);
  await removePartials(filled('fresh'));
});

it('a new run gets a folder by its day that nothing is in yet', () => {
  const day = new Date(2026, 2, 14);
  expect(freshRunFolder(folder, 'pair', day)).toBe(join(folder, 'runs', '2026-03-14-pair'));
  mkdirSync(join(folder, 'runs', '2026-03-14-pair'), { recursive: true });
  expect(freshRunFolder(folder, 'pair', day)).toBe(join(folder, 'runs', '2026-03-14-pair-2'));
});
