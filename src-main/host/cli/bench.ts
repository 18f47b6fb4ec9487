import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceNames, type DeviceName } from '../../../shared/domain/devices.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { sampleData } from '../../datasets/sample.ts';
import { builtInFolder, builtInName } from '../../models/built-in.ts';
import { settleDevice } from '../../runs/devices.ts';
import { planFineTuning } from '../../runs/fine-tune.ts';
import type { MeasureJob } from '../../runs/jobs.ts';
import { startFineTuning } from '../../runs/start.ts';
import { command, type Context } from './command.ts';
import { bytes, count, duration } from './format.ts';
import { choice, wholeNumber } from './options.ts';
import { table } from './table.ts';

/** Small enough for every machine, and the size most people start from. */
const sizes: readonly (Pick<MeasureJob, 'sizes' | 'batchSize' | 'length' | 'repeats'> & { readonly model: string })[] = [
  { model: builtInName, batchSize: 32, length: 64, repeats: 9 },
  { model: 'BERT-base', sizes: { hiddenSize: 768, numHiddenLayers: 12, numAttentionHeads: 12, intermediateSize: 3072 }, batchSize: 8, length: 128, repeats: 3 },
];
const works = ['step', 'inference', 'finetune'] as const;

interface Measured { readonly work: (typeof works)[number]; readonly model: string; readonly batch: string; readonly milliseconds: number; readonly tokensPerSecond: number; readonly peakMemory: number }
interface Place { readonly device: DeviceName; readonly threads: number }

/** `sesame bench`: what this machine does in a second, measured alike everywhere. */
export const bench = command({
  forms: ['bench [step|inference|finetune]'],
  options: {
    device: choice('DEVICE', ['auto', ...deviceNames], `auto, ${deviceNames.join(', ')} (default: auto, the fastest that works)`),
    threads: wholeNumber('N', 1, 'of the processor (default: all)'),
  },
  notes: ['step: a training step; inference: a forward pass; finetune: one epoch of the sample data with the built-in model. Without a name, all three.'],
  async run({ values, positionals: [wanted, ...more] }, context) {
    const chosen = wanted === undefined ? works : works.filter((work) => work === wanted);
    if (!chosen.length || more.length) throw new UsageError('bench-unknown', `There is no benchmark ${[wanted, ...more].join(' ')}; choose one of ${works.join(', ')}.`);
    const { output, compute, signal } = context, threads = values.threads ?? availableParallelism(), { name: device } = await settleDevice(values.device ?? 'auto', { threads, compute, signal });
    const results: Measured[] = [];
    for (const work of chosen) results.push(...(work === 'finetune' ? [await fineTuning({ device, threads }, context)] : await measured(work, { device, threads }, context)));
    const processor = cpus()[0]?.model ?? 'unknown processor';
    output.result({ device, threads, processor, results }, () => [
      `${device}, ${threads} threads, ${processor}`, '',
      ...table([['work', 'model', 'batch', 'time', 'tokens/s', 'memory'], ...results.map(({ work, model, batch, milliseconds, tokensPerSecond, peakMemory }) => [
        work, model, batch, milliseconds < 10_000 ? `${count(milliseconds)} ms` : duration(milliseconds / 1000), count(tokensPerSecond), bytes(peakMemory),
      ])], { right: [3, 4, 5] }),
    ]);
  },
});

/** The median of several repeats, for each size. */
async function measured(work: 'step' | 'inference', { device, threads }: Place, { compute, signal, output }: Context): Promise<Measured[]> {
  const results: Measured[] = [];
  for (const { model, ...size } of sizes) {
    output.progress(`${work}, ${model}`);
    const { milliseconds, peakMemory } = await compute.run<'measure'>({ kind: 'measure', folder: builtInFolder, ...size, work, device, threads, warmUps: 1 }, { signal });
    const median = milliseconds.toSorted((one, other) => one - other)[milliseconds.length >> 1] as number;
    results.push({ work, model, batch: `${size.batchSize} x ${size.length}`, milliseconds: median, tokensPerSecond: (size.batchSize * size.length * 1000) / median, peakMemory });
  }
  return results;
}

/** As a user has it: tokens are real ones, and the time holds evaluation and checkpoints. */
async function fineTuning({ device, threads }: Place, { compute, signal, output, version }: Context): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'sesame-bench-'));
  try {
    const plan = await planFineTuning({
      task: 'classification', data: sampleData, model: { name: builtInName, folder: builtInFolder, hash: '' }, init: 'pretrained', device, threads, overrides: { epochs: 1 }, out: join(folder, 'run'), version,
    }, { compute, signal });
    output.progress(`finetune, ${builtInName}`);
    const { seconds, tokensPerSecond, peakMemory } = await (await startFineTuning(plan, compute, { signal })).result;
    return { work: 'finetune', model: builtInName, batch: String(plan.record.hyperparameters.batchSize), milliseconds: seconds * 1000, tokensPerSecond, peakMemory };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
