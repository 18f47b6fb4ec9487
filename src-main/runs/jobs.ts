import type { DeviceName, DeviceReport } from '../../shared/domain/devices.ts';
import type { Features } from '../engine/tasks/features.ts';
import type { TrainableTask } from '../engine/tasks/index.ts';
import type { LabelledFeatures } from '../engine/train/trainee.ts';
import type { TrainingEvent, TrainingResult } from '../engine/train/events.ts';
import type { Hyperparameters } from '../engine/train/hyperparameters.ts';

// What a backend asks of the compute process, and what comes back. Everything is plain data: it crosses a process border.

export interface TrainJob {
  readonly kind: 'train';
  readonly task: TrainableTask;
  readonly labels: readonly string[];
  readonly model: { readonly folder: string; readonly init: 'pretrained' | 'random' };
  readonly train: LabelledFeatures;
  readonly dev: LabelledFeatures;
  readonly test?: LabelledFeatures;
  readonly padId: number;
  readonly hyperparameters: Hyperparameters;
  readonly device: DeviceName;
  readonly threads: number;
  /** The run's folder: the model ends here, the checkpoint and `metrics.jsonl` beside it. */
  readonly out: string;
  /** Goes on from the checkpoint in `out`. */
  readonly resume: boolean;
}

/** Logits of every row, by the model in a folder. */
export interface PredictJob {
  readonly kind: 'predict';
  readonly folder: string;
  readonly features: Features;
  readonly padId: number;
  readonly threads: number;
}

export interface ProbeJob {
  readonly kind: 'probe';
  readonly device: DeviceName;
  readonly threads: number;
}

export type Job = TrainJob | PredictJob | ProbeJob;

export interface JobResults {
  train: TrainingResult;
  predict: { readonly logits: Float32Array };
  probe: DeviceReport;
}

export interface JobEvents {
  train: TrainingEvent;
  predict: { readonly type: 'progress'; readonly done: number; readonly total: number };
  probe: never;
}

/** To the compute process. */
export type Request = { readonly type: 'job'; readonly job: Job } | { readonly type: 'pause' | 'resume' | 'stop' | 'cancel' };

/** From the compute process. */
export type Reply =
  | { readonly type: 'event'; readonly event: JobEvents[Job['kind']] }
  | { readonly type: 'done'; readonly result: JobResults[Job['kind']] }
  | { readonly type: 'failed'; readonly error: { readonly kind: 'input' | 'usage' | 'machine' | 'cancelled' | 'unknown'; readonly code: string; readonly message: string; readonly stack?: string | undefined } };

