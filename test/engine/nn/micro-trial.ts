import { input } from '../../../src-main/engine/graph/tensor.ts';
import { buildModel, type Head, type Model } from '../../../src-main/engine/nn/heads.ts';
import { scheduleFactor } from '../../../src-main/engine/optim/schedule.ts';
import type { Device } from '../../../src-main/engine/session/device.ts';
import { GraphSession } from '../../../src-main/engine/session/graph-session.ts';
import { Value, type TypedArray } from '../../../src-main/engine/session/native/value.ts';
import type { Batch, TrainingSession } from '../../../src-main/engine/session/training-session.ts';
import { readConfig } from '../../../src-main/engine/weights/config.ts';
import { readModelWeights } from '../../../src-main/engine/weights/folder.ts';
import { microBatch, microHeads, windows } from '../../support/micro.ts';
import { material } from '../../support/shared-material.ts';

/** The gradients that a session last computed, by Hugging Face name. Only a run of a graph reads a device's memory. */
export async function readGradients({ layout, state }: TrainingSession, device: Device): Promise<Map<string, Float32Array>> {
  const flat = new Float32Array(layout.length);
  const copying = new GraphSession(new Map(layout.placed.map(({ parameter: { name, shape } }) => [`${name} read`, input(name, shape)])), device);
  const values = layout.placed.map(({ parameter: { name, shape }, offset, size }) => [`${name} read`, Value.over(flat.subarray(offset, offset + size), shape, 'float32')] as const);
  await copying.run(state.gradients, new Map(values));
  for (const [, value] of values) value.dispose();
  copying.dispose();
  return windows(layout, flat);
}

export interface TraceStep { readonly learningRate: number; readonly loss: number; readonly gradientNorm: number }

/** Trains on one batch as the reference did: peak rate 1e-3, warm-up over 2 steps of 20, then linear. Stops after `steps`. */
export async function trainAsReference(session: TrainingSession, batch: Batch, steps: number): Promise<TraceStep[]> {
  const trace: TraceStep[] = [];
  for (let step = 0; step < steps; step++) {
    const learningRate = 1e-3 * scheduleFactor('linear', step, 2, 20);
    const loss = await session.gradients(batch);
    trace.push({ learningRate, loss, gradientNorm: await session.state.update(learningRate, step + 1) });
  }
  return trace;
}

export interface MicroGraph {
  readonly model: Model;
  readonly lengths: { readonly batch: number; readonly length: number };
  /** The batch, and the weights by the parameters' names. */
  readonly feeds: Readonly<Record<string, TypedArray>>;
}

/** A reference model as a graph without dropout, with all that it takes. */
export async function microGraph(name: string): Promise<MicroGraph> {
  const folder = material('fixtures', 'bert-micro', name), batch = microBatch(name);
  const model = buildModel(await readConfig(folder), microHeads[name] as Head), weights = await readModelWeights(folder);
  const parameters = model.parameters.map(({ name, parts }) => [name, Float32Array.from(parts.flatMap((part) => [...weights.get(part.name)!.data]))] as const);
  const arrays = [...batch.arrays].map(([name, { data }]) => [name, data] as const);
  return { model, lengths: { batch: batch.size, length: batch.length }, feeds: Object.fromEntries([...arrays, ...parameters]) };
}
