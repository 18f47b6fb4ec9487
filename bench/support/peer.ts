import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bench = join(import.meta.dirname, '..');

/** The Python that has PyTorch and transformers, or undefined. */
export function peerPython(): string | undefined {
  return [process.env.SESAME_PEER_PYTHON, join(bench, '.venv', 'bin', 'python')].find((path) => path && existsSync(path));
}

export const peerAdvice = 'No peer was found. Make one with: python3 -m venv bench/.venv && bench/.venv/bin/pip install "torch==2.13.0+cpu" transformers accelerate (or name its Python in SESAME_PEER_PYTHON).';

/** Runs a program that prints one line of JSON last. */
async function lastLine<Result>(command: string, args: readonly string[]): Promise<Result> {
  const { stdout } = await run(command, args, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) as string) as Result;
}

export const runWorker = <Result>(file: string, order: object): Promise<Result> => lastLine(process.execPath, [join(bench, 'support', file), JSON.stringify(order)]);
export const runPeer = <Result>(python: string, file: string, order: object): Promise<Result> => lastLine(python, [join(bench, 'peers', file), JSON.stringify(order)]);
