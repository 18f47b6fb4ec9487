import { describe, expect, it } from 'vitest';
import { apply, input, type Operator, type Tensor } from '../../../src-main/engine/graph/tensor.ts';
import { add, exp } from '../../../src-main/engine/graph/operators/elementwise.ts';
import { tiled } from '../../../src-main/engine/graph/operators/tiled.ts';
import { Parameters } from '../../../src-main/engine/nn/parameters.ts';
import { adamWDefaults } from '../../../src-main/engine/optim/adamw.ts';
import { GraphSession } from '../../../src-main/engine/session/graph-session.ts';
import { TrainingSession } from '../../../src-main/engine/session/training-session.ts';
import { microBatch, microHeads, microReference, microSession } from '../../support/micro.ts';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { gpu, gpuIsAbsent, keepGpuOpen } from '../../support/software-gpu.ts';

/** A node that the WebGPU provider leaves to the CPU, see engine.md's list. */
const cpuOnly = (op: string): Operator<Record<never, never>> => ({
  name: op,
  infer: ([x]) => [{ shape: (x as Tensor).shape, type: (x as Tensor).type }],
  lower: ({ inputs: [x] }, emitter) => [emitter.node(op, [emitter.name(x as Tensor)])],
});
const x = input('x', [4, 4]);
const around = (tensor: Tensor) => new Map([['y', add(exp(tensor), x)]]);

describe.skipIf(gpuIsAbsent)('a session that may not fall back to the CPU', () => {
  keepGpuOpen();

  it.each(['Sign', 'LogSoftmax', 'Softsign'])('is refused for a graph with %s, which a GPU session would otherwise copy to the CPU and back', (op) => {
    const graph = around(apply(cpuOnly(op), [exp(x)], {}));
    expect(() => new GraphSession(graph, gpu, { noCpuFallback: true })).toThrow(/fallback to CPU EP has been explicitly disabled/);
    new GraphSession(graph, gpu).dispose();
  });

  it('is refused for a graph with a loop', () => {
    const [looped] = tiled([exp(x)], [], ([row]) => [exp(row as Tensor)]) as [Tensor];
    expect(() => new GraphSession(around(looped), gpu, { noCpuFallback: true })).toThrow(/explicitly disabled/);
  });

  it('is what training sessions are on a GPU', async () => {
    const model = { parameters: [], outputs: new Map<string, Tensor>(), loss: apply(cpuOnly('Sign'), [exp(input('x', []))], {}), encoder: { hiddenStates: [], attentions: [], lastHiddenState: x } };
    const parameters = new Parameters();
    parameters.declare('weight', [2]);
    const session = new TrainingSession({ ...model, parameters: parameters.all }, model.outputs, { device: gpu, adamW: adamWDefaults });
    await expect(session.gradients({ size: 1, length: 1, arrays: new Map([['x', { data: Float32Array.of(1), shape: [] }]]) })).rejects.toThrow(/explicitly disabled/);
    session.dispose();
  });

  it('is made for a graph that the GPU runs as a whole', () => {
    new GraphSession(around(exp(x)), gpu, { noCpuFallback: true }).dispose();
  });
});

// Training sessions on a GPU are made so that they may not fall back: that they are made at all is the proof.
describe.skipIf(gpuIsAbsent || materialIsAbsent)('every node of a training step runs on the GPU', () => {
  keepGpuOpen();
  const dropout = { hiddenDropoutProb: 0.1, attentionProbsDropoutProb: 0.1, classifierDropout: 0.1 };

  it.each(Object.keys(microHeads))('for %s, with dropout', async (head) => {
    const session = await microSession(head, 'webgpu', {}, dropout), batch = microBatch(head);
    const loss = await session.gradients(batch);
    expect(Math.abs(loss / microReference(head).loss - 1)).toBeLessThan(0.5);
    expect(await session.state.update(1e-3, 1)).toBeGreaterThan(0);
    await session.outputs(batch);
    session.dispose();
  });

  it('when activations are computed again', async () => {
    const session = await microSession('sequence-classification', 'webgpu', { recompute: true });
    const { loss } = microReference('sequence-classification');
    expect(Math.abs((await session.gradients(microBatch('sequence-classification'))) / loss - 1)).toBeLessThan(1e-4);
    session.dispose();
  });
});
