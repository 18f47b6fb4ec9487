import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceName } from '../../shared/domain/devices.ts';
import { writeFileAtomically } from '../engine/weights/atomic.ts';
import type { Metrics } from '../engine/tasks/task.ts';
import type { TrainableTask } from '../engine/tasks/index.ts';
import type { Evaluation, TrainingResult } from '../engine/train/events.ts';
import type { Hyperparameters, Picked } from '../engine/train/hyperparameters.ts';
import type { RunRecord } from './run-record.ts';

/** Scores under their usual names, with what else was measured beside them. Scores that are undefined are null in JSON. */
export interface ScoreReport {
  readonly [score: string]: unknown;
  readonly rows: number;
  readonly intervals: Metrics['intervals'];
}

/** What came of a run, for people and scripts. Kept as `result.json` in its folder; times in seconds. */
export interface RunResult {
  readonly task: TrainableTask;
  readonly model: string;
  readonly init: 'pretrained' | 'random';
  readonly device: DeviceName;
  readonly threads: number;
  readonly seed: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly bestEpoch: number;
  readonly steps: number;
  readonly stopped: TrainingResult['stopped'];
  /** Bytes of the compute process at its largest. */
  readonly peakMemory: number;
  readonly dev: ScoreReport;
  readonly test?: ScoreReport;
  readonly history: readonly Evaluation[];
  /** As in `RunRecord.weights`. */
  readonly missing?: readonly string[];
  readonly unexpected?: readonly string[];
  readonly labels: readonly string[];
  readonly rows: RunRecord['rows'];
  readonly hyperparameters: Hyperparameters;
  readonly picked: Picked['reasons'];
  readonly version: string;
}

const file = 'result.json';

export const isFinished = (folder: string): boolean => existsSync(join(folder, file));

export const reportScores = ({ rows, scores, intervals, ...tables }: Metrics): ScoreReport =>
  ({ rows, ...scores, intervals, ...('labels' in tables && { labels: tables.labels }), ...('confusionMatrix' in tables && { confusionMatrix: tables.confusionMatrix }) });

export function summarise({ task, model, device, threads, hyperparameters, labels, rows, picked, version, weights }: RunRecord, { dev, test, history, ...measured }: TrainingResult): RunResult {
  return {
    task, model: model.name, init: model.init, device, threads, seed: hyperparameters.seed, ...measured,
    dev: reportScores(dev), ...(test && { test: reportScores(test) }), history, ...weights, labels, rows, hyperparameters, picked, version,
  };
}

/** @throws MachineError as `writeFileAtomically` */
export const writeRunResult = (folder: string, result: RunResult): Promise<void> => writeFileAtomically(join(folder, file), `${JSON.stringify(result, undefined, 2)}\n`);

/** @throws Error when the run is not finished */
export const readRunResult = async (folder: string): Promise<RunResult> => JSON.parse(await readFile(join(folder, file), 'utf8')) as RunResult;
