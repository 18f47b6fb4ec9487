import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src-main/engine/graph/emitter.ts';
import { device, type Device } from '../../../src-main/engine/session/device.ts';
import type { GraphSessionOptions } from '../../../src-main/engine/session/graph-session.ts';
import { expectClose } from '../../support/closeness.ts';
import { evaluate } from '../../support/reference-evaluator.ts';
import { runGraph } from '../../support/run-graph.ts';
import { gpu, gpuIsAbsent, keepGpuOpen } from '../../support/software-gpu.ts';
import { lengths, type OperatorCase } from '../graph/operators/case.ts';
import { namedCases } from '../graph/operators/cases.ts';
import { differentiate } from '../graph/operators/derivatives.ts';

async function expectAsReference(operatorCase: OperatorCase, on: Device, options: GraphSessionOptions = {}) {
  const { outputs, feeds } = differentiate(operatorCase);
  const expected = evaluate(outputs, feeds as Record<string, Float32Array>, lengths);
  const actual = await runGraph(outputs, feeds, on, lengths, options);
  for (const [name, { type }] of outputs) {
    // A sum of terms of either sign is no more accurate than the terms.
    if (name === 'loss') continue;
    if (type === 'float32') expectClose(actual.get(name) as Float32Array, expected.get(name)!.data, operatorCase.half ? 1e-3 : 1e-5, name);
    else expect(Array.from(actual.get(name) as Int32Array), name).toEqual(Array.from(expected.get(name)!.data));
  }
}

describe.each<Target>(['cpu', 'portable', 'webgpu'])('lowered for %s and run on the CPU, value and gradients', (target) => {
  it.each(namedCases)('%s are those of the reference evaluator', (_name, operatorCase) => expectAsReference(operatorCase, { ...device('cpu', 1), target }));
});

describe.skipIf(gpuIsAbsent)('on WebGPU, with no node on the CPU, value and gradients', () => {
  keepGpuOpen();
  it.each(namedCases.filter(([, { cpuOnly, half }]) => !cpuOnly && !half))('%s are those of the reference evaluator', (_name, operatorCase) =>
    expectAsReference(operatorCase, gpu, { lengths, noCpuFallback: true }));
});
