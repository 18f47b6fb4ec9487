import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CancelledError, InputError, StudioError } from '../../shared/domain/errors.ts';
import { ComputeClient } from '../../src-main/runs/compute-client.ts';
import { fastestDevice, probeDevices, settleDevice } from '../../src-main/runs/devices.ts';

const folder = mkdtempSync(join(tmpdir(), 'compute-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A compute process that runs these lines when it is given its job. */
function computeThat(lines: string): ComputeClient {
  const entry = join(folder, `${randomUUID()}.mjs`);
  writeFileSync(entry, `process.on('message', async (request) => { ${lines} });`);
  return new ComputeClient(entry);
}
const probe = { kind: 'probe', device: 'webgpu', threads: 1 } as const;

describe('ComputeClient', () => {
  it('gives a job’s events and its result', async () => {
    const events: unknown[] = [];
    const compute = computeThat(`process.send({ type: 'event', event: 1 }); process.send({ type: 'done', result: { name: request.job.device } }, () => process.exit(0));`);
    expect(await compute.run<'probe'>(probe, { onEvent: (event: unknown) => events.push(event) })).toEqual({ name: 'webgpu' });
    expect(events).toEqual([1]);
  });

  it('gives errors back as what they were', async () => {
    const failing = (kind: string) => computeThat(`process.send({ type: 'failed', error: { kind: '${kind}', code: 'c', message: 'm' } }, () => process.exit(0));`).run<'probe'>(probe);
    await expect(failing('input')).rejects.toEqual(new InputError('c', 'm'));
    await expect(failing('cancelled')).rejects.toBeInstanceOf(CancelledError);
    await expect(failing('unknown')).rejects.toEqual(new StudioError('internal', 'Something went wrong that should not have: m'));
  });

  it('says how a process ended that gave no answer', async () => {
    await expect(computeThat('process.exit(3);').run<'probe'>(probe)).rejects.toMatchObject({ code: 'compute-died', message: 'The compute process ended unexpectedly (code 3); try again.' });
    await expect(computeThat(`process.kill(process.pid, 'SIGSEGV');`).run<'probe'>(probe)).rejects.toMatchObject({ message: 'The compute process ended unexpectedly (SIGSEGV); try again.' });
  });

  it('ends a process that takes too long', async () => {
    await expect(computeThat('').run<'probe'>(probe, { mostSeconds: 0.5 })).rejects.toMatchObject({ code: 'compute-silent' });
  });

  it('starts nothing for a job that is stopped already', () => {
    expect(() => computeThat('').start<'probe'>(probe, { signal: AbortSignal.abort(new CancelledError()) })).toThrow(CancelledError);
  });
});

describe('devices', () => {
  const report = (name: 'cpu' | 'webgpu' | 'cuda', stepMilliseconds: number, usable = true) => ({ name, usable, experimental: name === 'cuda', stepMilliseconds });

  it('auto takes the fastest that works, never an experimental one, and the processor where nothing works', () => {
    expect(fastestDevice([report('cpu', 90), report('webgpu', 10), report('cuda', 1)])).toBe('webgpu');
    expect(fastestDevice([report('cpu', 90), report('webgpu', 10, false)])).toBe('cpu');
    expect(fastestDevice([report('cpu', 90), report('webgpu', 900)])).toBe('cpu');
    expect(fastestDevice([])).toBe('cpu');
  });

  it('a driver that crashes or keeps silent takes nothing along', async () => {
    expect(await probeDevices(['webgpu'], { compute: computeThat(`process.abort();`), threads: 1 })).toEqual([{ name: 'webgpu', usable: false, experimental: false, reason: 'its driver crashed the test process' }]);
    expect(await probeDevices(['webgpu'], { compute: computeThat(''), threads: 1, mostSeconds: 0.5 })).toEqual([{ name: 'webgpu', usable: false, experimental: false, reason: 'it did not answer the test process within 0.5 seconds' }]);
    await expect(settleDevice('webgpu', { compute: computeThat('process.exit(1);'), threads: 1 })).rejects.toMatchObject({
      code: 'device-unusable', message: 'The device webgpu cannot be used: its driver crashed the test process; use --device cpu, or see "sesame devices".',
    });
    expect(await settleDevice('auto', { compute: computeThat('process.exit(1);'), threads: 1 })).toEqual({ name: 'cpu', reason: 'the only one that works here', passedOver: ['cpu passed over: its driver crashed the test process', 'webgpu passed over: its driver crashed the test process'] });
  });
});
