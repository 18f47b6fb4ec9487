import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src-main/engine/graph/tensor.ts';
import { gradients } from '../../../src-main/engine/graph/autodiff.ts';
import { device, type Device } from '../../../src-main/engine/session/device.ts';
import type { GraphSessionOptions } from '../../../src-main/engine/session/graph-session.ts';
import { expectClose, relativeDifference } from '../../support/closeness.ts';
import { flatten, microGradients, microHeads, microReference } from '../../support/micro.ts';
import { evaluate } from '../../support/reference-evaluator.ts';
import { runGraph } from '../../support/run-graph.ts';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { gpu, gpuIsAbsent, keepGpuOpen } from '../../support/software-gpu.ts';
import { microGraph } from './micro-trial.ts';

const head = 'sequence-classification';
const numbered = (name: string, tensors: readonly Tensor[]) => tensors.map((tensor, index) => [`${name} ${index}`, tensor] as const);

async function expectInternals(on: Device, tolerance: number, options: (lengths: Readonly<Record<string, number>>) => GraphSessionOptions = () => ({})) {
  const { model: { encoder, pooled }, lengths, feeds } = await microGraph(head), reference = microReference(head);
  const outputs = new Map([...numbered('hidden state', encoder.hiddenStates), ...numbered('attention', encoder.attentions), ['pooled', pooled!] as const]);
  const actual = await runGraph(outputs, feeds, on, lengths, options(lengths));
  const expected = new Map<string, unknown>([
    ...(reference.hidden_states as unknown[]).map((values, index) => [`hidden state ${index}`, values] as const),
    ...(reference.attentions as unknown[]).map((values, index) => [`attention ${index}`, values] as const),
    ['pooled', reference.pooler_output],
  ]);
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, values] of expected) expectClose(actual.get(name) as Float32Array, flatten(values as never), tolerance, name);
}

describe.skipIf(materialIsAbsent)('the encoder\'s hidden states, attentions and pooled output', () => {
  it('are the reference\'s on the CPU', () => expectInternals(device('cpu', 2), 1e-5));
  it.each(['portable', 'webgpu'] as const)('are the reference\'s as lowered for %s', (target) => expectInternals({ ...device('cpu', 2), target }, 1e-5));
});

describe.skipIf(materialIsAbsent || gpuIsAbsent)('the encoder on WebGPU', () => {
  keepGpuOpen();
  it('has the reference\'s hidden states, attentions and pooled output', () => expectInternals(gpu, 1e-4, (lengths) => ({ lengths, noCpuFallback: true })));
});

// What is left is the float32 of the labels' weights and of the constants in derivatives.
describe.skipIf(materialIsAbsent)('in double precision a model\'s graph, and the graph of its gradients,', () => {
  it.each(Object.keys(microHeads))('are those of the reference: %s', async (name) => {
    const { model: { loss, outputs, parameters }, lengths, feeds } = await microGraph(name), reference = microReference(name);
    const computed = gradients(loss, parameters.map(({ tensor }) => tensor));
    const graph = new Map([...outputs, ['loss', loss] as const, ...numbered('gradient', computed)]);
    const results = evaluate(graph, feeds as Record<string, Float32Array>, lengths);
    for (const output of outputs.keys()) expectClose(results.get(output)!.data, flatten(reference[output] as never), 1e-10, output);
    expect(results.get('loss')!.data[0]! / reference.loss - 1).toBeCloseTo(0, 6);
    const expected = await microGradients(name);
    const largest = Math.max(...[...expected.values()].flatMap(({ data }) => [...data].map(Math.abs)));
    parameters.forEach(({ parts }, index) => {
      const { data } = results.get(`gradient ${index}`)!, size = data.length / parts.length;
      for (const [place, part] of parts.entries()) expect(relativeDifference(data.subarray(place * size, (place + 1) * size), expected.get(part.name)!.data, largest), part.name).toBeLessThan(3e-7);
    });
  });
});
