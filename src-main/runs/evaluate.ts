import { readExamples, type RowWarning } from '../datasets/examples.ts';
import { requireKnownLabels } from '../datasets/labels.ts';
import { sliceFeatures, rowCount } from '../engine/tasks/features.ts';
import { taskDefinition, type TrainableTask } from '../engine/tasks/index.ts';
import type { Metrics } from '../engine/tasks/task.ts';
import type { FinishedModel } from './finished-model.ts';
import { Predictor, type PredictorOptions } from './predictor.ts';
import { encodeExamples } from './prepare.ts';
import type { DataSource } from './run-record.ts';

export interface EvaluationRequest extends Pick<DataSource, 'format' | 'map'> {
  readonly model: FinishedModel;
  /** The labelled file. */
  readonly data: string;
}

export interface EvaluationOptions extends PredictorOptions {
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EvaluationReport {
  readonly metrics: Metrics;
  /** Mean, as training computes it. */
  readonly loss: number;
  readonly warnings: readonly RowWarning[];
  /** Rows that lost tokens to the maximum length. */
  readonly truncated: number;
}

/** Rows that go to the compute process together. */
const portion = 2048;

/** Scores a fine-tuned model on a labelled file. @throws InputError for data the model cannot be scored on, or an unfit model; MachineError, CancelledError */
export async function evaluateModel({ model, data, format, map }: EvaluationRequest, { onProgress, ...options }: EvaluationOptions): Promise<EvaluationReport> {
  const { task, labels } = model;
  const { examples, warnings } = await readExamples<TrainableTask>(data, { task, format, map, signal: options.signal });
  if (task !== 'regression') requireKnownLabels(examples, labels, data, 'which the model does not know');
  const { features, targets } = await encodeExamples(examples, { ...model, signal: options.signal });
  const rows = rowCount(features), logits = new Float32Array(rows * Math.max(1, labels.length));
  using predictor = new Predictor(model, options);
  for (let start = 0; start < rows; start += portion) {
    const end = Math.min(rows, start + portion);
    logits.set(await predictor.logits(sliceFeatures(features, start, end)), start * Math.max(1, labels.length));
    onProgress?.(end, rows);
  }
  const definition = taskDefinition(task);
  return { metrics: definition.score(logits, targets, labels), loss: definition.loss(logits, targets), warnings, truncated: features.truncated };
}
