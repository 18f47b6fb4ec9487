// One measurement in a process of its own, so that its peak memory is its own: prints one line of JSON.
//   node bench/support/step-worker.ts '{"model":"base","size":8,"length":128,"dropout":true,"warmups":3,"steps":10}'
import { buildModel } from '../../src-main/engine/nn/heads.ts';
import { adamWDefaults } from '../../src-main/engine/optim/adamw.ts';
import { RandomStream } from '../../src-main/engine/random/philox.ts';
import { device } from '../../src-main/engine/session/device.ts';
import { TrainingSession, type Batch } from '../../src-main/engine/session/training-session.ts';
import { models } from './models.ts';
import type { StepOrder, StepResult } from './step-worker-types.ts';

const order = JSON.parse(process.argv[2] as string) as StepOrder, { size, length } = order;
const rates = order.dropout ? {} : { hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 };
const config = { ...models[order.model], ...rates }, random = new RandomStream(1, 'order');
const before = performance.now();
const session = new TrainingSession(buildModel(config, 'sequence-classification', { training: true }), new Map(), {
  device: device(order.device ?? 'cpu', order.threads), adamW: adamWDefaults, recompute: order.recompute ?? false, ...(order.profilePrefix && { profilePrefix: order.profilePrefix }),
});
// Straight into the state: a copy of all weights would count as peak memory.
for (const { parameter } of session.layout.placed) {
  const window = session.state.weights.get(parameter.name)?.data;
  for (let at = 0; window && at < window.length; at++) window[at] = parameter.initial === 'ones' ? 1 : parameter.initial === 'zeros' ? 0 : 0.04 * (Math.random() - 0.5);
}
const ints = (limit: number, count: number) => Int32Array.from({ length: count }, () => Math.floor(random.uniform() * limit)), shape = [size, length];
const arrays: [string, { data: Int32Array | Float32Array; shape: number[] }][] = [
  ['input_ids', { data: ints(config.vocabSize, size * length), shape }], ['attention_mask', { data: new Int32Array(size * length).fill(1), shape }],
  ['token_type_ids', { data: new Int32Array(size * length), shape }], ['labels', { data: ints(2, size), shape: [size] }],
  ['labels_weights', { data: new Float32Array(size).fill(1 / size), shape: [size] }], ['dropout_key', { data: Int32Array.of(7), shape: [] }],
];
const batch: Batch = { size, length, arrays: new Map(arrays) };
const steps: number[] = [], updates: number[] = [];
let loss = await session.gradients(batch);
const sessionSeconds = (performance.now() - before) / 1000;
for (let step = 1; step <= order.warmups + order.steps; step++) {
  const start = performance.now();
  loss = await session.gradients(batch);
  const middle = performance.now();
  await session.state.update(5e-5, step);
  const end = performance.now();
  if (step > order.warmups) {
    steps.push(end - start);
    updates.push(end - middle);
  }
}
session.dispose();
console.log(JSON.stringify({ steps, updates, peakMemory: process.resourceUsage().maxRSS * 1024, sessionSeconds, loss } satisfies StepResult));
process.exit(0);
