import type { Features } from '../tasks/features.ts';
import type { Metrics } from '../tasks/task.ts';
import { evaluationBatches, inputArrays, type BatchingOptions } from './batches.ts';
import type { LabelledFeatures, Trainee, TrainingData } from './trainee.ts';

/** The logits of every row, `[rows, labels]`, in the order of the rows. @param onProgress rows done and in all. */
export async function predict(model: Pick<Trainee, 'outputs'>, features: Features, { padId, batching, onProgress }: { padId: number; batching: BatchingOptions; onProgress?: (done: number, total: number) => void }): Promise<Float32Array> {
  const rows = features.starts.length - 1;
  let logits: Float32Array | undefined, done = 0;
  for (const micro of evaluationBatches(features, batching)) {
    const outputs = await model.outputs({ size: micro.rows.length, length: micro.length, arrays: inputArrays(features, micro, padId) });
    const batch = outputs.get('logits') as Float32Array, width = batch.length / micro.rows.length;
    logits ??= new Float32Array(rows * width);
    for (const [index, row] of micro.rows.entries()) logits.set(batch.subarray(index * width, (index + 1) * width), row * width);
    done += micro.rows.length;
    onProgress?.(done, rows);
  }
  return logits ?? new Float32Array(0);
}

/** Scores of a split. @param resamples of the bootstrap; 0 for no intervals. */
export async function evaluate(model: Pick<Trainee, 'outputs'>, { features, targets }: LabelledFeatures, data: Pick<TrainingData, 'task' | 'labels' | 'padId' | 'batching'>, resamples?: number): Promise<{ metrics: Metrics; loss: number; logits: Float32Array }> {
  const logits = await predict(model, features, data);
  return { metrics: data.task.score(logits, targets, data.labels, resamples), loss: data.task.loss(logits, targets), logits };
}
