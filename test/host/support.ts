import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { initialise } from '../../src-main/engine/nn/initialise.ts';
import { buildModel } from '../../src-main/engine/nn/heads.ts';
import { readConfig } from '../../src-main/engine/weights/config.ts';
import { writeModelWeights } from '../../src-main/engine/weights/folder.ts';
import { root } from '../tooling/project-files.ts';

/** A folder for the tests of one file, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const words = ['good', 'bad', 'fine', 'poor', 'film', 'book', 'the', 'a', 'was', 'is', 'very'];
const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...words, ...letters, ...letters.map((letter) => `##${letter}`)];

/** Writes an encoder of two layers, hidden 32, with random weights, that knows a few words and all letters. */
export async function writeTinyModel(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const sizes = { vocab_size: vocabulary.length, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 64, max_position_embeddings: 48 };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', architectures: ['BertForMaskedLM'], ...sizes }));
  writeFileSync(join(folder, 'vocab.txt'), vocabulary.map((token) => `${token}\n`).join(''));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: true }));
  const parameters = buildModel(await readConfig(folder), 'masked-lm').parameters;
  await writeModelWeights(folder, new Map(parameters.flatMap(({ parts, initial }) =>
    parts.map(({ name, shape }) => [name, { shape, data: initialise(name, shape.reduce((size, length) => size * length, 1), initial, 0.05, 1) }] as const))));
  return folder;
}

/** A text that a label goes with, and another that differs by its number. */
const reviewOf = (index: number): { text: string; label: string } => {
  const good = index % 2 === 0;
  return { text: `the ${index % 3 ? 'film' : 'book'} was very ${good ? 'good' : 'bad'} ${'abcdefghij'[index % 10]}${'klmnopqrst'[Math.floor(index / 10) % 10]}`, label: good ? 'pos' : 'neg' };
};

export const reviews = (count: number): { text: string; label: string }[] => Array.from({ length: count }, (_, index) => reviewOf(index));
export const csvOf = (rows: readonly { text: string; label: string }[]): string => `text,label\n${rows.map(({ text, label }) => `${text},${label}\n`).join('')}`;

/** Writes a file into a folder made if need be. */
export function write(folder: string, name: string, content: string | Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

export interface Outcome { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stdout: string; readonly stderr: string }
export interface Running { readonly child: ChildProcess; readonly outcome: Promise<Outcome>; readonly stderr: () => string; readonly stdout: () => string }

export interface StartOptions { readonly environment?: Readonly<Record<string, string>>; readonly wrapper?: readonly string[]; /** What stdin holds; `later` keeps it open for the test to write to. */ readonly input?: string | undefined }

/** A machine on which no GPU has a driver, not even one in software. */
export const withoutGpu: StartOptions = { environment: { VK_DRIVER_FILES: 'none.json', VK_ICD_FILENAMES: 'none.json' } };

/** Starts the command line as a process of its own, with a library in `folder`. @param wrapper a command that runs it */
export function start(folder: string, args: readonly string[], { environment = {}, wrapper = [], input }: StartOptions = {}): Running {
  const [command, ...rest] = [...wrapper, process.execPath, join(root, 'src-main/host/cli/main.ts'), ...args] as [string, ...string[]];
  const child = spawn(command, rest, { cwd: folder, env: { ...process.env, SESAME_LIBRARY: join(folder, 'library'), ...environment }, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  let stdout = '', stderr = '';
  child.stdout?.on('data', (data: Buffer) => { stdout += data.toString(); });
  child.stderr?.on('data', (data: Buffer) => { stderr += data.toString(); });
  if (input !== 'later') child.stdin?.end(input);
  const outcome = new Promise<Outcome>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
  return { child, outcome, stdout: () => stdout, stderr: () => stderr };
}

export const sesame = (folder: string, args: readonly string[], options: StartOptions = {}): Promise<Outcome> => start(folder, args, options).outcome;

/** A command's JSON. */
export type Result = Record<string, ReturnType<typeof JSON.parse>>;

/** The result of a command that must succeed, from its JSON. */
export async function resultOf(folder: string, args: readonly string[], options: StartOptions = {}): Promise<Result> {
  const { code, stdout, stderr } = await sesame(folder, [...args, '--json'], options);
  expect(code, stderr).toBe(0);
  expect(stdout.endsWith('}\n') && stdout.indexOf('\n') === stdout.length - 1, `one line of JSON: ${stdout.slice(0, 300)}`).toBe(true);
  return JSON.parse(stdout) as Result;
}

/** The one sentence of a command that must fail and print nothing else. */
export function sentenceOf({ code, stdout, stderr }: Outcome, wanted: 1 | 2): string {
  expect(code, stderr).toBe(wanted);
  expect(stdout).toBe('');
  expect(stderr, 'one line that ends as a sentence does').toMatch(/^[^\n]+\.\n$/);
  expect(stderr, 'one sentence').not.toMatch(/\. [A-Z]/);
  return stderr.trimEnd();
}

/** Waits until `is` is true of what a process printed. */
export async function until(running: Running, is: () => boolean): Promise<void> {
  while (!is()) {
    if (running.child.exitCode !== null) throw new Error(`it ended early: ${running.stderr()}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

/** Ids of the processes that a process started (Linux). */
export const childrenOf = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
