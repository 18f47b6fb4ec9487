import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { InputError } from '../../shared/domain/errors.ts';
import { readExamples, type Example } from '../datasets/examples.ts';
import { requireKnownLabels } from '../datasets/labels.ts';
import { writeModelCard } from '../engine/export/model-card.ts';
import type { TrainableTask } from '../engine/tasks/index.ts';
import type { LabelledFeatures } from '../engine/train/trainee.ts';
import type { ComputeClient } from './compute-client.ts';
import type { FinishedModel } from './finished-model.ts';
import type { ExportFormat, JobEvents, JobResults } from './jobs.ts';
import { factsOfFiles, factsOfRun } from './model-facts.ts';
import { encodeExamples, readSplits } from './prepare.ts';
import { isRun, readRunRecord, type DataSource } from './run-record.ts';
import { isFinished, readRunResult } from './run-result.ts';

export interface ExportRequest extends Pick<DataSource, 'format' | 'map'> {
  readonly model: FinishedModel;
  readonly as: ExportFormat;
  readonly out: string;
  /** A labelled file to compare an ONNX file with the model on; by default the dev rows of the run that made it. */
  readonly data?: string | undefined;
}

export interface ExportOptions {
  readonly compute: ComputeClient;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: JobEvents['export']) => void;
}

export type ExportResult = JobResults['export'];

/** Enough to see a difference, few enough to be quick. */
const mostCompared = 2000;

/** Writes a fine-tuned model for other programs, with a model card. @throws InputError, MachineError, CancelledError; then nothing of it is left */
export async function exportFinishedModel({ model, as, out, data, format, map }: ExportRequest, { compute, threads = availableParallelism(), signal, onEvent }: ExportOptions): Promise<ExportResult> {
  const { folder, task, labels, tokenizer } = model;
  if (as === 'hf' && resolve(out) === resolve(folder)) throw new InputError('out-is-model', `${out} is the model itself, in that very format; choose another folder with --out.`);
  const examples = as === 'hf' ? undefined : await examplesToCompare(model, { data, format, map }, signal);
  const rows: LabelledFeatures | undefined = examples && (await encodeExamples(examples.slice(0, mostCompared), { ...model, signal }));
  const result = await compute.run<'export'>({ kind: 'export', folder, format: as, out, task, labels, padId: tokenizer.padId, rows, threads }, { signal, ...(onEvent && { onEvent }) });
  const known = isRun(folder) && isFinished(folder) ? factsOfRun(out, await readRunRecord(folder), await readRunResult(folder)) : { name: basename(resolve(out)), task, ...(labels.length && { labels }) };
  await writeModelCard(out, { ...known, maxLength: model.maxLength, ...(await factsOfFiles(out)) });
  return result;
}

/** Undefined where there are none: the model came from elsewhere, or its run's files are gone. */
async function examplesToCompare({ folder, task, labels }: FinishedModel, { data, format, map }: Pick<ExportRequest, 'data' | 'format' | 'map'>, signal?: AbortSignal): Promise<readonly Example[] | undefined> {
  const read = async (path: string, reading: Pick<DataSource, 'format' | 'map'>): Promise<readonly Example[]> => {
    const { examples } = await readExamples<TrainableTask>(path, { task, ...reading, signal });
    if (task !== 'regression') requireKnownLabels(examples, labels, path, 'which the model does not know');
    return examples;
  };
  if (data !== undefined) return read(data, { format, map });
  if (!isRun(folder)) return undefined;
  const { data: source, hyperparameters } = await readRunRecord(folder);
  if (source.dev !== undefined) return existsSync(source.dev) ? read(source.dev, source) : undefined;
  return existsSync(source.train) ? (await readSplits(task, { ...source, test: undefined }, hyperparameters.seed, signal)).dev : undefined;
}
