import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../tooling/project-files.ts';
import { childrenOf, csvOf, isAlive, resultOf, reviews, sesame, start, temporaryFolder, until, write, writeTinyModel, type Result, type Running } from './support.ts';

// Processes are found and killed as Linux does it.
const elsewhere = process.platform !== 'linux';
const folder = temporaryFolder();
const epochs = 8, common = ['train', '--task', 'classification', '--device', 'cpu', '--threads', '1', '--train', 'train.csv', '--dev', 'dev.csv', '--model', 'tiny', '--epochs', String(epochs), '--batch-size', '4', '--patience', '100', '--seed', '5'];
let whole: Result;

beforeAll(async () => {
  await writeTinyModel(join(folder, 'tiny'));
  write(folder, 'train.csv', csvOf(reviews(600)));
  write(folder, 'dev.csv', csvOf(reviews(60)));
  whole = await resultOf(folder, [...common, '--out', 'whole']);
});

const begin = (out: string, wrapper: readonly string[] = []): Running => start(folder, [...common, '--out', out, '--json'], { wrapper });
const inEpoch = (running: Running, epoch: number) => until(running, () => running.stderr().includes(`epoch ${epoch - 1}/${epochs}`));
const weightsOf = (out: string) => readFileSync(join(folder, out, 'model.safetensors'));

/** Goes on with a run to its end; nothing may tell it from one that was never broken off. */
async function expectGoesOn(out: string): Promise<void> {
  const result = await resultOf(folder, ['train', '--resume', out]);
  expect(weightsOf(out).equals(weightsOf('whole')), 'the final weights, bit for bit').toBe(true);
  const { dev, bestEpoch, steps, stopped, history, labels, rows, hyperparameters } = whole;
  expect(result).toMatchObject({ dev, bestEpoch, steps, stopped, history, labels, rows, hyperparameters });
  const lines = (run: string) => readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)).map(({ step, loss }) => ({ step, loss }));
  expect(lines(out)).toEqual(lines('whole'));
  expect(readdirSync(join(folder, out)).sort()).toEqual(readdirSync(join(folder, 'whole')).sort());
}

describe.skipIf(elsewhere)('a run that is broken off', () => {
  it('goes on to the same weights, bit for bit, after Ctrl-C', async () => {
    const running = begin('stopped');
    await inEpoch(running, 3);
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.outcome;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toBe('Stopped; the last checkpoint is kept: go on with "sesame train --resume stopped".');
    await expectGoesOn('stopped');
  });

  it('takes the two signals of one Ctrl-C in a terminal for one, and SIGTERM for the same', async () => {
    const running = begin('terminal', [process.execPath, join(root, 'scripts/run.mjs')]);
    await inEpoch(running, 2);
    // As a terminal does: to the wrapper, which passes it on, and to everything it started.
    const inner = childrenOf(running.child.pid!);
    for (const pid of [running.child.pid!, ...inner, ...inner.flatMap(childrenOf)]) process.kill(pid, 'SIGINT');
    expect((await running.outcome).stderr).toMatch(/^Stopped; the last checkpoint is kept: /m);
    const again = start(folder, ['train', '--resume', 'terminal', '--json']);
    await until(again, () => again.stderr().includes(`epoch 3/${epochs}`));
    again.child.kill('SIGTERM');
    expect(await again.outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('Stopped; the last checkpoint is kept: ') });
    await expectGoesOn('terminal');
  });

  it('goes on to the same weights after kill -9 of the command, whose compute process does not outlive it', async () => {
    const running = begin('killed');
    await inEpoch(running, 4);
    const compute = childrenOf(running.child.pid!);
    expect(compute).toHaveLength(1);
    running.child.kill('SIGKILL');
    expect((await running.outcome).signal).toBe('SIGKILL');
    for (let waited = 0; isAlive(compute[0]!) && waited < 10_000; waited += 50) await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(isAlive(compute[0]!), 'the compute process').toBe(false);
    expect((await sesame(folder, [...common, '--out', 'killed'])).stderr).toBe('killed holds an unfinished run; go on with it by "sesame train --resume killed", or choose a new folder with --out.\n');
    await expectGoesOn('killed');
  });

  it('ends with one sentence when the compute process is killed, and goes on to the same weights', async () => {
    const running = begin('crashed');
    await inEpoch(running, 5);
    process.kill(childrenOf(running.child.pid!)[0]!, 'SIGKILL');
    const { code, stdout, stderr } = await running.outcome;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toBe('The compute process ended unexpectedly (SIGKILL, perhaps for want of memory); try again; the last checkpoint is kept: go on with "sesame train --resume crashed".');
    await expectGoesOn('crashed');
  });

  it('cannot go on with other data', async () => {
    const running = begin('changed');
    await inEpoch(running, 2);
    running.child.kill('SIGINT');
    await running.outcome;
    const before = readFileSync(join(folder, 'train.csv'));
    write(folder, 'train.csv', before.toString().replace('film', 'book'));
    const { code, stderr } = await sesame(folder, ['train', '--resume', 'changed']);
    write(folder, 'train.csv', before);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'The data of the run in changed have changed since it was started; start it anew without --resume.\n' });
    await expectGoesOn('changed');
  });

  it('cannot go on with other labels', async () => {
    const running = begin('relabelled');
    await inEpoch(running, 2);
    running.child.kill('SIGHUP');
    expect((await running.outcome).stderr).toContain('Stopped; the last checkpoint is kept: ');
    const before = readFileSync(join(folder, 'train.csv'));
    write(folder, 'train.csv', `${before.toString()}the film was fine,neutral\n`);
    const { code, stderr } = await sesame(folder, ['train', '--resume', 'relabelled']);
    write(folder, 'train.csv', before);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'The data of the run in relabelled have changed since it was started; start it anew without --resume.\n' });
  });

  it('begins anew, with no line twice, after kill -9 before the first checkpoint', async () => {
    const running = begin('unsaved'), checkpoint = join(folder, 'unsaved', 'checkpoint');
    await until(running, () => existsSync(join(folder, 'unsaved', 'metrics.jsonl')));
    running.child.kill('SIGKILL');
    await running.outcome;
    rmSync(checkpoint, { recursive: true, force: true });
    await expectGoesOn('unsaved');
  });

  it('goes on training when nobody reads its progress or its plan', async () => {
    const running = start(folder, [...common, '--out', 'unread']);
    running.child.stdout!.destroy();
    running.child.stderr!.destroy();
    expect(await running.outcome).toMatchObject({ code: 0 });
    expect(weightsOf('unread').equals(weightsOf('whole'))).toBe(true);
  });

  it('leaves nothing behind when it is stopped before its first step', async () => {
    const running = begin('early');
    await until(running, () => existsSync(join(folder, 'early', 'run.json')));
    running.child.kill('SIGINT');
    const { code, stderr } = await running.outcome;
    expect(code).toBe(1);
    // It may have got as far as its first step; then a checkpoint is there to go on from.
    const kept = existsSync(join(folder, 'early', 'checkpoint'));
    expect(stderr).toMatch(kept ? /Stopped; the last checkpoint is kept: [^\n]*\n$/ : /^Stopped before the first step; nothing was kept\.\n$/m);
    expect(existsSync(join(folder, 'early'))).toBe(kept);
  });

  it('ends at once when it is asked a second time', async () => {
    const running = begin('impatient');
    await inEpoch(running, 2);
    const [compute] = childrenOf(running.child.pid!);
    // Held, the compute process cannot leave its checkpoint.
    process.kill(compute!, 'SIGSTOP');
    running.child.kill('SIGINT');
    await new Promise((resolve) => { setTimeout(resolve, 1300); });
    expect(running.child.exitCode, 'after the first').toBeNull();
    running.child.kill('SIGINT');
    expect((await running.outcome).code).toBe(1);
    process.kill(compute!, 'SIGKILL');
  });
});

describe.skipIf(elsewhere)('other commands', () => {
  it('predict stops at Ctrl-C while it waits for input', async () => {
    const running = start(folder, ['predict', '--model', 'whole'], { input: 'later' });
    running.child.stdin!.write('{"text":"good"}\n');
    await until(running, () => running.stdout().endsWith('\n'));
    running.child.kill('SIGINT');
    expect(await running.outcome).toMatchObject({ code: 1, stderr: 'Stopped.\n' });
  });

  it('predict ends quietly when nobody reads on', async () => {
    const { code, stdout, stderr } = await sesame(folder, ['predict', '--model', 'whole', '--input', 'train.csv'], { wrapper: ['bash', '-c', 'set -o pipefail; "$@" | head -1', 'bash'] });
    expect({ code, stderr, rows: stdout.trim().split('\n').length }).toEqual({ code: 0, stderr: '', rows: 1 });
  });
});
