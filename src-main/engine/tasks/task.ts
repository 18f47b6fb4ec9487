import type { ClassificationMetrics, MultilabelMetrics, RegressionMetrics } from '../../../shared/domain/metrics.ts';
import type { Head } from '../nn/heads.ts';
import type { BertConfig } from '../weights/config.ts';

export type Metrics = ClassificationMetrics | MultilabelMetrics | RegressionMetrics;

/** Gold labels of a data set as numbers: `width` for each row. */
export interface Targets {
  readonly data: Int32Array | Float32Array;
  readonly width: number;
}

/** An array of a batch as a graph's input takes it. */
export interface BatchArray { readonly data: Int32Array | Float32Array; readonly shape: readonly number[] }

/** What distinguishes one kind of labelling from another for the engine. */
export interface TaskDefinition {
  readonly head: Head;
  /** The score that chooses the best checkpoint; the higher, the better. */
  readonly mainScore: string;
  /** The model's configuration for these labels. */
  configure(config: BertConfig, labels: readonly string[]): BertConfig;
  /** Gold labels as numbers. @throws RangeError for a label that is not in `labels`. */
  encode(gold: readonly Gold[], labels: readonly string[]): Targets;
  /** Label inputs of the loss for `rows`; each row counts `weight`. */
  batchArrays(targets: Targets, rows: readonly number[], weight: number): Map<string, BatchArray>;
  /** @param logits `[rows, labels]`. @param resamples of the bootstrap; 0 for no intervals. */
  score(logits: Float32Array, targets: Targets, labels: readonly string[], resamples?: number): Metrics;
  /** Mean loss, as training computes it. */
  loss(logits: Float32Array, targets: Targets): number;
}

/** A label name, several, or a number, by task. */
export type Gold = string | readonly string[] | number;
