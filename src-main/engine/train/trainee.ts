import type { Batch } from '../session/training-session.ts';
import type { TrainingState } from '../session/state/state.ts';
import type { Features } from '../tasks/features.ts';
import type { Targets, TaskDefinition } from '../tasks/task.ts';
import { countTokens, inputArrays, type BatchingOptions, type MicroBatch } from './batches.ts';

/** A model that can be trained: `TrainingSession`, or a stand-in. */
export interface Trainee {
  gradients(batch: Batch): Promise<number>;
  outputs(batch: Batch): Promise<Map<string, Float32Array>>;
  readonly state: Pick<TrainingState, 'accumulate' | 'update'>;
}

/** A split of a data set, ready for the model. */
export interface LabelledFeatures {
  readonly features: Features;
  readonly targets: Targets;
}

export interface TrainingData {
  readonly task: TaskDefinition;
  readonly labels: readonly string[];
  readonly padId: number;
  readonly batching: BatchingOptions;
  readonly train: LabelledFeatures;
  readonly dev: LabelledFeatures;
}

/** Arrays of one micro-batch for the training graph. @param rowWeight 1 / the rows of the whole step. */
export function trainingBatch({ task, padId, train: { features, targets } }: TrainingData, micro: MicroBatch, rowWeight: number, dropoutKey: number): { arrays: Batch; realTokens: number } {
  const arrays = new Map<string, Batch['arrays'] extends ReadonlyMap<string, infer Value> ? Value : never>([
    ...inputArrays(features, micro, padId), ...task.batchArrays(targets, micro.rows, rowWeight), ['dropout_key', { data: Int32Array.of(dropoutKey), shape: [] }],
  ]);
  return { arrays: { size: micro.rows.length, length: micro.length, arrays }, realTokens: countTokens(features, [micro]).real };
}
