import { statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { DeviceName, DeviceReport } from '../../shared/domain/devices.ts';
import { InputError, MachineError } from '../../shared/domain/errors.ts';
import type { TrainableTask } from '../engine/tasks/index.ts';
import { loadTokenizer } from '../engine/tokenizers/load.ts';
import type { TrainingEvent } from '../engine/train/events.ts';
import { pickHyperparameters, type Hyperparameters, type Picked } from '../engine/train/hyperparameters.ts';
import { makeFolder } from '../engine/weights/atomic.ts';
import { readConfig, type BertConfig } from '../engine/weights/config.ts';
import type { ComputeClient, RunningJob } from './compute-client.ts';
import type { TrainJob } from './jobs.ts';
import { encodeSplit, longestRow, readSplits, type Splits } from './prepare.ts';
import { hashData, readRunRecord, writeRunRecord, type DataSource, type RunRecord } from './run-record.ts';

/** A fine-tuning as a user asks for it; what is left out is picked. */
export interface FineTuning {
  readonly task: TrainableTask;
  readonly data: DataSource;
  readonly model: { readonly name: string; readonly folder: string; readonly hash: string };
  readonly init: 'pretrained' | 'random';
  readonly device: 'auto' | DeviceName;
  readonly threads?: number | undefined;
  readonly overrides: Partial<Hyperparameters>;
  readonly out: string;
  readonly version: string;
}

/** What was picked and checked before the start. */
export interface Plan {
  readonly job: TrainJob;
  readonly record: RunRecord;
  readonly reasons: Picked['reasons'];
  readonly splits: Pick<Splits, 'heldOut' | 'warnings'> & { readonly truncated: number };
}

export interface PlanOptions {
  readonly compute: ComputeClient;
  readonly signal?: AbortSignal | undefined;
}

const bytesPerParameter = 4, statesOnDisk = 8;

/** Reads the data, picks what was left open, and prepares the run's folder. Nothing is written before all of it is right. */
export async function planFineTuning(request: FineTuning, { compute, signal }: PlanOptions): Promise<Plan> {
  const { task, data, model, init, overrides, out } = request, seed = overrides.seed ?? 42;
  const config = await readConfig(model.folder), tokenizer = await loadTokenizer(model.folder);
  if (tokenizer.vocabularySize > config.vocabSize) throw new InputError('tokenizer-unfit', `The tokenizer in ${model.folder} has ${tokenizer.vocabularySize} pieces where the model knows ${config.vocabSize}; the files do not belong together.`);
  const splits = await readSplits(task, data, seed, signal);
  const limit = Math.min(config.maxPositionEmbeddings, tokenizer.maxLength ?? Infinity);
  if ((overrides.maxLength ?? 0) > limit) throw new InputError('length-too-large', `The model reads at most ${limit} tokens; give --max-length ${limit} or less.`);
  const encode = (maxLength: number) => Promise.all([splits.train, splits.dev, splits.test ?? []].map((split) => encodeSplit(split, task, splits.labels, tokenizer, maxLength, signal)));
  const [train, dev, test] = (await encode(overrides.maxLength ?? limit)) as [TrainJob['train'], TrainJob['dev'], TrainJob['train']];
  const picked = pickHyperparameters({
    rows: splits.train.length, longest: longestRow(train.features), parameters: encoderParameters(config), maxPositions: limit, hiddenSize: config.hiddenSize,
    layers: config.numHiddenLayers, fromScratch: init === 'random',
  }, seed);
  const hyperparameters = { ...picked.values, ...overrides };
  const threads = request.threads ?? availableParallelism(), device = await settleDevice(request.device, threads, compute);
  await requireSpace(out, encoderParameters(config) + config.vocabSize * config.hiddenSize);

  const labelled = { train, dev, ...(splits.test && { test }) };
  const record: RunRecord = {
    task, data, dataHash: hashData(Object.values(labelled)), labels: splits.labels, model: { ...model, init }, hyperparameters, device, threads,
    rows: { train: splits.train.length, dev: splits.dev.length, ...(splits.test && { test: splits.test.length }) }, version: request.version, started: new Date().toISOString(),
  };
  await makeFolder(out);
  await tokenizer.saveTo(out);
  await writeRunRecord(out, record);
  const job: TrainJob = { kind: 'train', task, labels: splits.labels, model: { folder: model.folder, init }, ...labelled, padId: tokenizer.padId, hyperparameters, device, threads, out, resume: false };
  return { job, record, reasons: picked.reasons, splits: { heldOut: splits.heldOut, warnings: splits.warnings, truncated: train.features.truncated + dev.features.truncated } };
}

/** Prepares a run to go on from its last checkpoint. @throws InputError when its data have changed since. */
export async function planResumption(out: string, { signal }: Pick<PlanOptions, 'signal'> = {}): Promise<Plan> {
  const record = await readRunRecord(out), { task, data, hyperparameters, model, labels, device, threads } = record;
  const tokenizer = await loadTokenizer(out);
  const splits = await readSplits(task, data, hyperparameters.seed, signal);
  const encode = (examples: Splits['train']) => encodeSplit(examples, task, labels, tokenizer, hyperparameters.maxLength, signal);
  const labelled = { train: await encode(splits.train), dev: await encode(splits.dev), ...(splits.test && { test: await encode(splits.test) }) };
  if (hashData(Object.values(labelled)) !== record.dataHash) throw new InputError('data-changed', `The data of the run in ${out} have changed since it was started; start it anew without --resume.`);
  const job: TrainJob = { kind: 'train', task, labels, model: { folder: model.folder, init: model.init }, ...labelled, padId: tokenizer.padId, hyperparameters, device, threads, out, resume: true };
  return { job, record, reasons: {}, splits: { heldOut: splits.heldOut, warnings: [], truncated: 0 } };
}

/** Starts a planned run in a compute process of its own. */
export const startFineTuning = (plan: Plan, compute: ComputeClient, options: { onEvent?: (event: TrainingEvent) => void; signal?: AbortSignal | undefined } = {}): RunningJob<'train'> =>
  compute.start<'train'>(plan.job, options);


/** What this machine can train on, each device proved in a process of its own. */
export const probeDevices = (names: readonly DeviceName[], threads: number, compute: ComputeClient): Promise<DeviceReport[]> =>
  names.reduce<Promise<DeviceReport[]>>(async (before, device) => [...(await before), await probeDevice(device, threads, compute)], Promise.resolve([]));

async function probeDevice(device: DeviceName, threads: number, compute: ComputeClient): Promise<DeviceReport> {
  try {
    return await compute.run<'probe'>({ kind: 'probe', device, threads });
  } catch (failure) {
    if (!(failure instanceof MachineError)) throw failure;
    return { name: device, usable: false, experimental: false, reason: 'its driver crashed the test process' };
  }
}

/** `auto` is the device whose training step is fastest; a GPU that fails or is slower than the processor is passed over. */
async function settleDevice(wish: 'auto' | DeviceName, threads: number, compute: ComputeClient): Promise<DeviceName> {
  if (wish === 'cpu') return 'cpu';
  const reports = await probeDevices(wish === 'auto' ? ['cpu', 'webgpu'] : [wish], threads, compute);
  const usable = reports.filter((report) => report.usable).sort((a, b) => (a.stepMilliseconds ?? Infinity) - (b.stepMilliseconds ?? Infinity));
  if (wish === 'auto') return usable[0]?.name ?? 'cpu';
  if (!usable[0]) throw new MachineError('device-unusable', `The device ${wish} cannot be used: ${reports[0]?.reason ?? 'it failed'}; use --device cpu, or see "sesame devices".`);
  return wish;
}

/** Weights of the layers; embeddings do not decide how large a step may be. */
function encoderParameters({ hiddenSize, intermediateSize, numHiddenLayers }: BertConfig): number {
  return numHiddenLayers * (4 * hiddenSize ** 2 + 2 * hiddenSize * intermediateSize);
}

async function requireSpace(out: string, parameters: number): Promise<void> {
  const needed = parameters * bytesPerParameter * statesOnDisk;
  let folder = out;
  for (;;) {
    const space = await statfs(folder).catch(() => undefined);
    if (space) {
      const free = space.bavail * space.bsize;
      if (free < needed) throw new MachineError('disk-full', `The run needs ${(needed / 1e9).toFixed(1)} GB in ${out} and ${(free / 1e9).toFixed(1)} GB are free; free some space or choose another folder with --out.`);
      return;
    }
    if (dirname(folder) === folder) return;
    folder = dirname(folder);
  }
}
