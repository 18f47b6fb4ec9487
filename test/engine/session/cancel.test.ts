import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../shared/domain/errors.ts';
import { multiply } from '../../../src-main/engine/graph/operators/elementwise.ts';
import { matmul } from '../../../src-main/engine/graph/operators/products.ts';
import { input } from '../../../src-main/engine/graph/tensor.ts';
import { GraphSession } from '../../../src-main/engine/session/graph-session.ts';
import { Value } from '../../../src-main/engine/session/native/value.ts';
import type { TrainingSession } from '../../../src-main/engine/session/training-session.ts';
import { midSizeBatch, midSizeSession, midSizeState } from '../../support/mid-size.ts';
import { gpu, gpuIsAbsent, keepGpuOpen } from '../../support/software-gpu.ts';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('stopping inside a step', () => {
  let session: TrainingSession;
  // About a second of work on two cores.
  const long = midSizeBatch(4, 256), short = midSizeBatch(2, 8);
  beforeAll(async () => {
    session = await midSizeSession();
    await session.gradients(short);
    await session.outputs(short);
  });
  afterAll(() => session.dispose());

  it('rejects with CancelledError long before the step would be done', async () => {
    const start = performance.now();
    await session.gradients(long);
    const whole = performance.now() - start;
    const stopped = expect(session.gradients(long)).rejects.toThrow(CancelledError);
    await pause(whole / 10);
    const asked = performance.now();
    session.terminate();
    await stopped;
    expect(performance.now() - asked).toBeLessThan(whole / 2);
  });

  it('rejects an evaluation too', async () => {
    const stopped = expect(session.outputs(long)).rejects.toThrow(CancelledError);
    session.terminate();
    await stopped;
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

describe.skipIf(gpuIsAbsent)('stopping on WebGPU', () => {
  keepGpuOpen();
  it('is answered with CancelledError, whether or not the GPU ends its work, and the next run is a whole one', async () => {
    const n = 96, x = input('x', [n, n]), filled = new Float32Array(n * n);
    let y = x;
    for (let index = 0; index < 20; index++) y = multiply(matmul(y, x), 1 / n);
    const session = new GraphSession(new Map([['y', y]]), gpu);
    const ones = Value.over(new Float32Array(n * n).fill(1), [n, n], 'float32'), result = Value.over(filled, [n, n], 'float32');
    const run = () => session.run(new Map([['x', ones]]), new Map([['y', result]]));
    await run();
    for (const milliseconds of [0, 1, 5]) {
      const stopped = expect(run()).rejects.toThrow(CancelledError);
      if (milliseconds) await pause(milliseconds);
      session.terminate();
      await stopped;
    }
    filled.fill(0);
    await run();
    expect(filled.every((value) => Math.abs(value - 1) < 1e-5)).toBe(true);
    session.dispose();
  });
});
