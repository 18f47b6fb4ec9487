import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CancelledError, MachineError, StudioError } from '../../shared/domain/errors.ts';
import type { ComputeClient } from '../../src-main/runs/compute-client.ts';
import type { Plan } from '../../src-main/runs/fine-tune.ts';
import { startFineTuning } from '../../src-main/runs/start.ts';

const folder = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const planIn = (out: string) => ({ job: { out }, record: { picked: {}, hyperparameters: {} }, tokenizer: { saveTo: async () => undefined } }) as unknown as Plan;

/** What a run in `out` ends with when its compute process fails so. */
async function endOf(out: string, failure: Error): Promise<StudioError> {
  const compute = { start: () => ({ result: Promise.reject(failure) }) } as unknown as ComputeClient;
  return startFineTuning(planIn(out), compute).then(({ result }) => result).then(() => { throw new Error('it went well'); }, (reason: StudioError) => reason);
}

function withCheckpoint(name: string): string {
  mkdirSync(join(folder, name, 'checkpoint'), { recursive: true });
  writeFileSync(join(folder, name, 'checkpoint', 'state.safetensors'), 'x');
  return join(folder, name);
}

describe('a run that fails', () => {
  const goOn = (out: string) => `; the last checkpoint is kept: go on with "sesame train --resume ${out}".`;

  it('says how to go on where a checkpoint is kept, whatever happened', async () => {
    const out = withCheckpoint('kept');
    expect(await endOf(out, new MachineError('runtime-failed', 'The device failed.'))).toMatchObject({ code: 'runtime-failed', message: `The device failed${goOn(out)}` });
    expect(await endOf(out, new StudioError('internal', 'Wrong: one\ntwo'))).toMatchObject({ code: 'internal', message: `Wrong: one${goOn(out)}` });
    expect(await endOf(out, new CancelledError())).toBeInstanceOf(CancelledError);
    expect(existsSync(join(out, 'checkpoint'))).toBe(true);
  });

  it('gives its own advice where going on would end the same way', async () => {
    for (const code of ['out-of-memory', 'loss-not-finite']) expect((await endOf(withCheckpoint(code), new MachineError(code, 'Take less.'))).message).toBe('Take less.');
  });

  it('leaves nothing behind without a checkpoint', async () => {
    expect((await endOf(join(folder, 'nothing'), new MachineError('disk-full', 'It is full.'))).message).toBe('It is full.');
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });

  it('says why its folder could not be made', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    expect(await endOf(join(folder, 'file', 'run'), new Error('never started'))).toMatchObject({ code: 'write-failed' });
  });
});
