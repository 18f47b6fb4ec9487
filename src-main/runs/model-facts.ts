import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ConfidenceInterval } from '../../shared/domain/metrics.ts';
import { onnxFiles, onnxFormats } from '../engine/export/formats.ts';
import type { ModelFacts, SplitScores } from '../engine/export/model-card.ts';
import type { ParityReport } from '../engine/export/parity.ts';
import { titles } from './score-titles.ts';
import type { RunRecord } from './run-record.ts';
import type { RunResult, ScoreReport } from './run-result.ts';

/** What a run tells of its model, for the model card. @param folder where the model lies */
export function factsOfRun(folder: string, { model, data, rows, hyperparameters, device, labels, task }: RunRecord, { dev, test, seconds, bestEpoch }: RunResult): ModelFacts {
  const { seed, ...rest } = hyperparameters;
  return {
    name: basename(resolve(folder)), task, formats: ['hf'], ...(labels.length && { labels }), baseModel: { name: model.init === 'random' ? `the sizes of ${model.name}, from scratch` : model.name, hash: model.hash },
    data: { name: basename(data.train), ...rows }, scores: [scoresOf('dev', dev), ...(test ? [scoresOf('test', test)] : [])],
    training: { hyperparameters: { ...rest }, seed, device, seconds: Math.round(seconds), bestEpoch },
  };
}

function scoresOf(split: SplitScores['split'], report: ScoreReport): SplitScores {
  const intervals = report.intervals as Readonly<Record<string, ConfidenceInterval>>;
  return { split, scores: Object.keys(titles).flatMap((name) => {
    const value = report[name], interval = intervals[name];
    return typeof value === 'number' ? [{ name, value, ...(interval && { interval }) }] : [];
  }) };
}

/** The formats that lie in a folder, and what was found when they were compared with the model. */
export async function factsOfFiles(folder: string): Promise<Required<Pick<ModelFacts, 'formats' | 'parity'>>> {
  const onnx = onnxFormats.filter((format) => existsSync(join(folder, onnxFiles[format]))), parityFile = join(folder, 'parity.json');
  const parity = existsSync(parityFile) ? (JSON.parse(await readFile(parityFile, 'utf8')) as Readonly<Record<string, ParityReport>>) : {};
  return { formats: [...(existsSync(join(folder, 'model.safetensors')) ? ['hf' as const] : []), ...onnx], parity: onnx.flatMap((format) => parity[format] ?? []) };
}
