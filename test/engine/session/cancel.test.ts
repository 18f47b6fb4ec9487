import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../shared/domain/errors.ts';
import type { TrainingSession } from '../../../src-main/engine/session/training-session.ts';
import { microBatch, microReference, microSession } from '../../support/micro.ts';
import { midSizeBatch, midSizeSession, midSizeState } from '../../support/mid-size.ts';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { gpuIsAbsent, keepGpuOpen } from '../../support/software-gpu.ts';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('stopping inside a step', () => {
  let session: TrainingSession;
  // A second or more of work on two cores.
  const long = midSizeBatch(8, 256), short = midSizeBatch(2, 8);
  beforeAll(async () => {
    session = await midSizeSession();
    await session.gradients(short);
    await session.outputs(short);
  });
  afterAll(() => session.dispose());

  it.each(['gradients', 'outputs'] as const)('rejects %s with CancelledError, long before they would be done', async (kind) => {
    const start = performance.now();
    await session[kind](long);
    const whole = performance.now() - start;
    const stopped = session[kind](long).then(() => 'done', (error: unknown) => error);
    await pause(whole / 10);
    const asked = performance.now();
    session.terminate();
    expect(await stopped).toBeInstanceOf(CancelledError);
    expect(performance.now() - asked).toBeLessThan(whole / 2);
  });

  it('leaves a session that works as before once its state is written again', async () => {
    await session.state.write(midSizeState(session));
    const expected = await session.gradients(short), norm = await session.state.update(1e-4, 1), outputs = await session.outputs(short);
    const stopped = expect(session.gradients(long)).rejects.toThrow(CancelledError);
    await pause(50);
    session.terminate();
    await stopped;
    await session.state.write(midSizeState(session));
    expect(await session.gradients(short)).toBe(expected);
    expect(await session.state.update(1e-4, 1)).toBe(norm);
    expect(await session.outputs(short)).toEqual(outputs);
  });

  it('does nothing where nothing runs, neither then nor to the next step', async () => {
    session.terminate();
    await session.gradients(short);
    session.terminate();
    session.terminate();
    expect(await session.outputs(short)).toBeInstanceOf(Map);
  });
});

describe.skipIf(gpuIsAbsent || materialIsAbsent)('stopping inside a step on WebGPU', () => {
  keepGpuOpen();
  it('rejects with CancelledError, and the next step is a whole one', async () => {
    const session = await microSession('sequence-classification', 'webgpu'), batch = microBatch('sequence-classification');
    await session.gradients(batch);
    const stopped = expect(session.gradients(batch)).rejects.toThrow(CancelledError);
    await pause(20);
    session.terminate();
    await stopped;
    expect(Math.abs((await session.gradients(batch)) / microReference('sequence-classification').loss - 1)).toBeLessThan(1e-4);
    session.dispose();
  });
});
