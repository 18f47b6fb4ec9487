// A training step of BERT against PyTorch on the same machine in the same minute:
//   npm run bench -- step [--model base|mini] [--shapes 8x128,32x64] [--rounds 2] [--threads 2] [--no-dropout] [--profile]
import { globSync, mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, median, table, today } from './support/machine.ts';
import { models } from './support/models.ts';
import { peerAdvice, peerPython, runPeer, runWorker } from './support/peer.ts';
import { summarise } from './support/profile.ts';
import type { StepOrder, StepResult } from './support/step-worker-types.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'base' }, shapes: { type: 'string', default: '8x128,32x64' }, rounds: { type: 'string', default: '2' }, steps: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) }, 'no-dropout': { type: 'boolean', default: false }, profile: { type: 'boolean', default: false },
  },
});
const model = values.model as keyof typeof models, config = models[model], python = peerPython();
if (!python) console.error(peerAdvice);

const peerConfig = {
  vocab_size: config.vocabSize, hidden_size: config.hiddenSize, num_hidden_layers: config.numHiddenLayers, num_attention_heads: config.numAttentionHeads, intermediate_size: config.intermediateSize,
};
const rows: string[][] = [];
for (const shape of values.shapes.split(',')) {
  const [size, length] = shape.split('x').map(Number) as [number, number];
  const order: StepOrder = { model, size, length, dropout: !values['no-dropout'], warmups: 3, steps: Number(values.steps), threads: Number(values.threads) };
  const ours: StepResult[] = [], theirs: StepResult[] = [];
  // Turn and turn about, so that a busy minute of the machine meets both.
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(await runWorker<StepResult>('step-worker.ts', order));
    if (python) theirs.push(await runPeer<StepResult>(python, 'step.py', { ...order, config: peerConfig }));
  }
  const time = (results: readonly StepResult[]) => median(results.flatMap(({ steps }) => steps)), update = (results: readonly StepResult[]) => median(results.flatMap(({ updates }) => updates));
  const memory = (results: readonly StepResult[]) => Math.max(...results.map(({ peakMemory }) => peakMemory)) / 1e9;
  const ratio = (measure: (results: readonly StepResult[]) => number, digits = 2) => (theirs.length ? (measure(ours) / measure(theirs)).toFixed(digits) : '-');
  const both = (measure: (results: readonly StepResult[]) => number, digits: number) => `${measure(ours).toFixed(digits)} / ${theirs.length ? measure(theirs).toFixed(digits) : '-'}`;
  rows.push([`${model} ${shape}`, both(time, 0), ratio(time), both(update, 0), both(memory, 2), ratio(memory), (ours[0] as StepResult).sessionSeconds.toFixed(1)]);
  if (values.profile) await profile(order);
}
console.log(`\n${today()}, ${machine()}, ${values.threads} threads, dropout ${values['no-dropout'] ? 'off' : '0.1'}; ours / PyTorch, medians of ${Number(values.rounds) * Number(values.steps)} steps\n`);
console.log(table(['step', 'ms', 'ratio', 'of it update and clipping, ms', 'peak memory, GB', 'ratio', 'first step ready, s'], rows));

async function profile(order: StepOrder): Promise<void> {
  const prefix = join(mkdtempSync(join(tmpdir(), 'profile-')), 'step');
  await runWorker('step-worker.ts', { ...order, warmups: 1, steps: 4, profilePrefix: prefix });
  const [file] = globSync(`${prefix}*.json`);
  const slowest = summarise(file as string, 6).slice(0, 12);
  console.log(`\nGradients of ${order.size}x${order.length}, by operator\n\n${table(['operator', 'ms', 'calls', 'share'], slowest.map(({ operator, milliseconds, calls, share }) => [operator, milliseconds.toFixed(1), calls.toFixed(0), `${(100 * share).toFixed(1)} %`]))}`);
}
