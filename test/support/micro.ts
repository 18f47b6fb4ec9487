import { readFileSync } from 'node:fs';
import type { Head } from '../../src-main/engine/nn/heads.ts';
import { buildModel } from '../../src-main/engine/nn/heads.ts';
import type { DeviceName } from '../../shared/domain/devices.ts';
import { device } from '../../src-main/engine/session/device.ts';
import { TrainingSession, type Batch, type TrainingSessionOptions } from '../../src-main/engine/session/training-session.ts';
import { adamWDefaults } from '../../src-main/engine/optim/adamw.ts';
import { readConfig, type BertConfig } from '../../src-main/engine/weights/config.ts';
import { readModelWeights } from '../../src-main/engine/weights/folder.ts';
import { readSafetensors } from '../../src-main/engine/weights/safetensors.ts';
import type { Weights } from '../../src-main/engine/weights/tensors.ts';
import type { Layout } from '../../src-main/engine/session/state/layout.ts';
import { material } from './shared-material.ts';

/** The eight reference models, with the head of each. */
export const microHeads: Readonly<Record<string, Head>> = {
  'sequence-classification': 'sequence-classification',
  'multi-label-classification': 'sequence-classification',
  regression: 'sequence-classification',
  'token-classification': 'token-classification',
  'question-answering': 'question-answering',
  'masked-lm': 'masked-lm',
  'next-sentence-prediction': 'next-sentence-prediction',
  'pre-training': 'pre-training',
};

type Nested = number | readonly Nested[];
export interface Reference {
  readonly loss: number;
  readonly global_gradient_norm: number;
  readonly trace: readonly { readonly learning_rate: number; readonly loss: number; readonly gradient_norm: number }[];
  readonly after_training: Readonly<Record<string, Nested>>;
  readonly [output: string]: unknown;
}

const json = (...parts: string[]) => JSON.parse(readFileSync(material('fixtures', 'bert-micro', ...parts), 'utf8')) as Record<string, Nested>;
export const flatten = (nested: Nested): number[] => (typeof nested === 'number' ? [nested] : nested.flatMap(flatten));
const shapeOf = (nested: Nested): number[] => (typeof nested === 'number' ? [] : [nested.length, ...shapeOf(nested[0] as Nested)]);

const int = (nested: Nested) => ({ data: Int32Array.from(flatten(nested)), shape: shapeOf(nested) });

/** Each label's share of the mean over labels that count. */
function weightsOf(labels: readonly number[], counts: (label: number) => boolean, share = 1): Float32Array {
  const total = labels.filter(counts).length;
  return Float32Array.from(labels, (label) => (counts(label) ? share / total : 0));
}

export function microBatch(name: string): Batch {
  const batch = json('batch.json'), labels = json(name, 'labels.json');
  const [size, length] = shapeOf(batch.input_ids as Nested) as [number, number];
  const arrays = new Map<string, Batch['arrays'] extends ReadonlyMap<string, infer T> ? T : never>();
  for (const key of ['input_ids', 'attention_mask', 'token_type_ids']) arrays.set(key, int(batch[key] as Nested));
  for (const [key, values] of Object.entries(labels)) {
    const label = key.replace('next_sentence_labels', 'next_sentence_label');
    const positions = key.endsWith('_positions');
    const flat = flatten(values);
    if (name === 'multi-label-classification' || name === 'regression') {
      arrays.set(label, { data: Float32Array.from(flat), shape: [size, flat.length / size] });
      arrays.set(`${label}_weights`, { data: new Float32Array(size).fill(1 / size), shape: [size] });
    } else {
      arrays.set(label, int(values));
      arrays.set(`${label}_weights`, { data: weightsOf(flat, (value) => value >= 0 && (!positions || value < length), positions ? 0.5 : 1), shape: shapeOf(values) });
    }
  }
  arrays.set('dropout_key', { data: Int32Array.of(0), shape: [] });
  return { size, length, arrays };
}

export const microReference = (name: string): Reference => json(name, 'reference.json') as unknown as Reference;
export const microGradients = async (name: string): Promise<Weights> => (await readSafetensors(material('fixtures', 'bert-micro', name, 'gradients.safetensors'))).weights;
export const microAfter = async (name: string): Promise<Weights> => (await readSafetensors(material('fixtures', 'bert-micro', name, 'after_training.safetensors'))).weights;

/** A training session over one of the reference models with its weights in place. @param changes of its configuration: dropout, for one. */
export async function microSession(name: string, deviceName: DeviceName, options: Partial<TrainingSessionOptions> = {}, changes: Partial<BertConfig> = {}): Promise<TrainingSession> {
  const folder = material('fixtures', 'bert-micro', name);
  const config = { ...(await readConfig(folder)), ...changes }, weights = await readModelWeights(folder);
  const head = microHeads[name] as Head;
  const session = new TrainingSession(buildModel(config, head, { training: true }), buildModel(config, head).outputs, { device: device(deviceName, 2), adamW: adamWDefaults, ...options });
  const flat = new Float32Array(session.layout.length);
  for (const [part, window] of windows(session.layout, flat)) window.set(weights.get(part)?.data ?? []);
  await session.state.write({ weights: flat, firstMoments: new Float32Array(flat.length), secondMoments: new Float32Array(flat.length) });
  return session;
}

/** Each weight's window on one long array, by Hugging Face name. */
export function windows(layout: Layout, flat: Float32Array): Map<string, Float32Array> {
  return new Map(layout.placed.flatMap(({ parameter, offset, size }) =>
    parameter.parts.map(({ name }, index) => [name, flat.subarray(offset + (index * size) / parameter.parts.length, offset + ((index + 1) * size) / parameter.parts.length)] as const)));
}
