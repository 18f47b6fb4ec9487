import { afterAll, beforeAll } from 'vitest';
import { softwareGpu } from '../../scripts/software-gpu.mjs';
import { input } from '../../src-main/engine/graph/tensor.ts';
import { device } from '../../src-main/engine/session/device.ts';
import { GraphSession } from '../../src-main/engine/session/graph-session.ts';

const driver = softwareGpu().VK_DRIVER_FILES;

/** For `describe.skipIf(gpuIsAbsent)`. */
export const gpuIsAbsent = driver === undefined || process.env.VK_DRIVER_FILES !== driver;
if (gpuIsAbsent) console.warn('SwiftShader, the software GPU in the package chromium, is absent: the WebGPU tests are skipped.');

/** WebGPU over SwiftShader. */
export const gpu = device('webgpu');

/**
 * Keeps the GPU open while the tests of a `describe` run: the runtime gives it up, with all its compiled shaders,
 * whenever no session is left, and opening it again takes longer than most tests.
 */
export function keepGpuOpen(): void {
  let session: GraphSession;
  beforeAll(() => { session = new GraphSession(new Map([['y', input('x', [1])]]), gpu); });
  afterAll(() => session.dispose());
}
