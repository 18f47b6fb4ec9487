import { statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { DeviceName } from '../../shared/domain/devices.ts';
import { InputError, MachineError } from '../../shared/domain/errors.ts';
import { describeModel } from '../models/description.ts';
import type { TrainableTask } from '../engine/tasks/index.ts';
import type { Tokenizer } from '../engine/tokenizers/tokenizer.ts';
import { loadTokenizer } from '../engine/tokenizers/load.ts';
import { pickHyperparameters, type Hyperparameters } from '../engine/train/hyperparameters.ts';
import { readConfig, type BertConfig } from '../engine/weights/config.ts';
import type { ComputeClient } from './compute-client.ts';
import { settleDevice, type SettledDevice } from './devices.ts';
import type { TrainJob } from './jobs.ts';
import { encodeSplits, longestRow, readSplits, splitsOf, type EncodedSplits, type Splits } from './prepare.ts';
import { hasCheckpoint, requireFreshFolder } from './run-folder.ts';
import { hashData, readRunRecord, type DataSource, type RunRecord } from './run-record.ts';
import { isFinished } from './run-result.ts';

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
  readonly tokenizer: Tokenizer;
  readonly device: SettledDevice;
  readonly data: Pick<Splits, 'heldOut' | 'warnings' | 'repeated'> & {
    /** Rows that lose tokens to the maximum length. */
    readonly truncated: number;
  };
}

export interface PlanOptions {
  readonly compute: ComputeClient;
  readonly signal?: AbortSignal | undefined;
}

const bytesPerParameter = 4, statesOnDisk = 8;

/** Reads the data and picks what was left open. Writes nothing. @throws InputError for anything the run could not use, MachineError */
export async function planFineTuning(request: FineTuning, { compute, signal }: PlanOptions): Promise<Plan> {
  const { task, data, model, init, overrides, out } = request, seed = overrides.seed ?? 42;
  await requireFreshFolder(out);
  const splits = await readSplits(task, data, seed, signal);
  const config = await readConfig(model.folder);
  // A whole model is checked before hours are spent on it; from scratch only its sizes and its tokenizer count.
  if (init === 'pretrained') await describeModel(model.folder);
  const tokenizer = await loadTokenizer(model.folder);
  if (tokenizer.vocabularySize > config.vocabSize) throw new InputError('tokenizer-unfit', `The tokenizer in ${model.folder} has ${tokenizer.vocabularySize} pieces where the model knows ${config.vocabSize}; the files do not belong together.`);
  const limit = Math.min(config.maxPositionEmbeddings, tokenizer.maxLength ?? Infinity);
  if ((overrides.maxLength ?? 0) > limit) throw new InputError('length-too-large', `The model reads at most ${limit} tokens; give --max-length ${limit} or less.`);
  const encoded = await encodeSplits(splits, { task, labels: splits.labels, tokenizer, maxLength: overrides.maxLength ?? limit, signal }), truncated = countTruncated(encoded);
  const picked = pickHyperparameters({
    // Of all splits: what is cut must be the same when the run is resumed with the length that was picked.
    rows: splits.train.length, longest: Math.max(...splitsOf(encoded).map(({ features }) => longestRow(features))), parameters: encoderParameters(config),
    maxPositions: limit, hiddenSize: config.hiddenSize, layers: config.numHiddenLayers, heads: config.numAttentionHeads, fromScratch: init === 'random',
  }, seed);
  const reasons = { ...picked.reasons, ...(truncated && { maxLength: `the model reads at most ${limit} tokens` }) };
  const threads = request.threads ?? availableParallelism();
  await requireSpace(out, encoderParameters(config) + config.vocabSize * config.hiddenSize);
  const device = await settleDevice(request.device, { threads, compute, signal });
  const record: RunRecord = {
    task, data: absolute(data), dataHash: hashData(splitsOf(encoded)), labels: splits.labels, model: { ...model, init }, hyperparameters: { ...picked.values, ...overrides },
    picked: Object.fromEntries(Object.entries(reasons).filter(([name]) => !(name in overrides))), device: device.name, threads,
    rows: { train: splits.train.length, dev: splits.dev.length, ...(splits.test && { test: splits.test.length }) }, version: request.version, started: new Date().toISOString(),
  };
  return { job: jobOf(record, encoded, tokenizer, out, false), record, tokenizer, device, data: { ...told(splits), truncated } };
}

/** Prepares a run to go on from its last checkpoint, or from its beginning if it ended before the first. @throws InputError when it is finished or its data have changed since. */
export async function planResumption(out: string, { compute, signal }: PlanOptions): Promise<Plan> {
  const record = await readRunRecord(out), { task, data, hyperparameters, labels, device, threads } = record;
  if (isFinished(out)) throw new InputError('run-finished', `The run in ${out} is finished; its model is there, and a new run needs a folder of its own.`);
  const tokenizer = await loadTokenizer(record.model.folder);
  const splits = await readSplits(task, data, hyperparameters.seed, signal);
  const changed = () => new InputError('data-changed', `The data of the run in ${out} have changed since it was started; start it anew without --resume.`);
  // First, since a label that the run does not know cannot be encoded.
  if (splits.labels.join('\0') !== labels.join('\0')) throw changed();
  const encoded = await encodeSplits(splits, { task, labels, tokenizer, maxLength: hyperparameters.maxLength, signal });
  if (hashData(splitsOf(encoded)) !== record.dataHash) throw changed();
  const settled = await settleDevice(device, { threads, compute, signal });
  return { job: jobOf(record, encoded, tokenizer, out, hasCheckpoint(out)), record, tokenizer, device: settled, data: { ...told(splits), truncated: countTruncated(encoded) } };
}

const jobOf = ({ task, labels, model: { folder, init }, hyperparameters, device, threads }: RunRecord, encoded: EncodedSplits, { padId }: Tokenizer, out: string, resume: boolean): TrainJob =>
  ({ kind: 'train', task, labels, model: { folder, init }, ...encoded, padId, hyperparameters, device, threads, out, resume });

const told = ({ heldOut, warnings, repeated }: Splits): Pick<Splits, 'heldOut' | 'warnings' | 'repeated'> => ({ heldOut, warnings, repeated });

const countTruncated = (encoded: EncodedSplits): number => splitsOf(encoded).reduce((count, { features }) => count + features.truncated, 0);

const absolute = ({ train, dev, test, ...rest }: DataSource): DataSource => ({ ...rest, train: resolve(train), ...(dev !== undefined && { dev: resolve(dev) }), ...(test !== undefined && { test: resolve(test) }) });

/** Weights of the layers; embeddings do not decide how large a step may be. */
function encoderParameters({ hiddenSize, intermediateSize, numHiddenLayers }: BertConfig): number {
  return numHiddenLayers * (4 * hiddenSize ** 2 + 2 * hiddenSize * intermediateSize);
}

async function requireSpace(out: string, parameters: number): Promise<void> {
  const needed = parameters * bytesPerParameter * statesOnDisk;
  let folder = resolve(out);
  for (;;) {
    const space = await statfs(folder).catch(() => undefined);
    if (space) {
      const free = space.bavail * space.bsize;
      if (free < needed) throw new MachineError('disk-full', `The run needs ${inMegabytes(needed)} in ${out} and ${inMegabytes(free)} are free; free some space or choose another folder with --out.`);
      return;
    }
    if (dirname(folder) === folder) return;
    folder = dirname(folder);
  }
}

const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
