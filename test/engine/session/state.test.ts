import { afterEach, describe, expect, it } from 'vitest';
import { adamWDefaults, type AdamWOptions } from '../../../src-main/engine/optim/adamw.ts';
import { device, type Device } from '../../../src-main/engine/session/device.ts';
import { absoluteDifference } from '../../support/closeness.ts';
import { gpu, gpuIsAbsent, keepGpuOpen } from '../../support/software-gpu.ts';
import { StateTrial } from './state-trial.ts';

function behavesAsAdamW(on: Device): void {
  let trial: StateTrial;
  const start = async (options: Partial<AdamWOptions> = {}) => (trial = await StateTrial.start(on, { ...adamWDefaults, ...options }));
  afterEach(() => trial.dispose());

  /** Weights and both moments, each beside that of the reference. */
  async function expectSame(): Promise<void> {
    const { weights, firstMoments, secondMoments } = await trial.state.read();
    for (const place of trial.layout.placed) {
      const { name } = place.parameter, expected = trial.expected.get(name)!;
      expect(absoluteDifference(trial.window(weights, place), expected.weight), `weight of ${name}`).toBeLessThan(3e-6);
      expect(absoluteDifference(trial.window(firstMoments, place), expected.firstMoment), `first moment of ${name}`).toBeLessThan(1e-6);
      expect(absoluteDifference(trial.window(secondMoments, place), expected.secondMoment), `second moment of ${name}`).toBeLessThan(1e-6);
    }
  }

  it.each([['far above the limit', 50], ['just above it', 1.1], ['far below it', 0.01]])('does AdamW\'s steps on gradients whose norm is %s', async (_name, size) => {
    await start();
    for (let step = 1; step <= 4; step++) {
      await trial.drawGradients(size);
      const { norm, expectedNorm } = await trial.update(1e-2 / step, step);
      expect(Math.abs(norm / expectedNorm - 1)).toBeLessThan(2e-5);
    }
    await expectSame();
  });

  it('does not clip where the limit is infinite', async () => {
    await start({ maxGradientNorm: Infinity });
    for (let step = 1; step <= 2; step++) {
      await trial.drawGradients(20);
      await trial.update(1e-3, step);
    }
    await expectSame();
  });

  it('decays weights, but neither biases nor LayerNorms', async () => {
    await start({ weightDecay: 0.5 });
    const before = await trial.state.readWeights();
    await trial.drawGradients(0);
    await trial.update(0.1, 1);
    await expectSame();
    const after = await trial.state.readWeights();
    for (const place of trial.layout.placed) {
      const factor = /(dense|embeddings)\.weight$/.test(place.parameter.name) ? 0.95 : 1;
      expect(absoluteDifference(trial.window(after, place), trial.window(before, place).map((value) => value * factor))).toBeLessThan(1e-6);
    }
  });

  it('adds up the gradients of several batches, and forgets the sum with the update', async () => {
    await start();
    for (const [index, batches] of [1, 3, 2].entries()) {
      for (let batch = 0; batch < batches; batch++) {
        await trial.drawGradients(3);
        await trial.accumulate();
      }
      const { norm, expectedNorm } = await trial.update(1e-2, index + 1);
      expect(Math.abs(norm / expectedNorm - 1)).toBeLessThan(2e-5);
    }
    await trial.drawGradients(3);
    await trial.update(1e-2, 4);
    await expectSame();
  });

  it('changes nothing at a learning rate of zero but the moments', async () => {
    await start();
    const before = await trial.state.readWeights();
    await trial.drawGradients(1);
    await trial.update(0, 1);
    expect(await trial.state.readWeights()).toEqual(before);
    await expectSame();
  });

  it('goes on from what was read and written again as if nothing had happened', async () => {
    const arrays: Float32Array[] = [];
    for (const interrupted of [false, true]) {
      await start();
      for (let step = 1; step <= 4; step++) {
        await trial.drawGradients(2);
        await trial.update(1e-2, step);
        if (interrupted && step === 2) {
          const kept = await trial.state.read();
          await trial.drawGradients(9);
          await trial.state.write(kept);
        } else if (step === 2) await trial.drawGradients(9);
      }
      arrays.push(await trial.state.readWeights());
      if (!interrupted) trial.dispose();
    }
    expect(arrays[1]).toEqual(arrays[0]);
  });

  it('hands out copies: what is read does not change with the next step', async () => {
    await start();
    const read = await trial.state.read(), copy = read.weights.slice();
    await trial.drawGradients(1);
    await trial.update(1e-2, 1);
    expect(read.weights).toEqual(copy);
    expect(await trial.state.readWeights()).not.toEqual(copy);
  });
}

describe('state on the CPU, updated in place, tile by tile', () => behavesAsAdamW(device('cpu', 2)));

describe.skipIf(gpuIsAbsent)('state on WebGPU', () => {
  keepGpuOpen();
  behavesAsAdamW(gpu);
});
