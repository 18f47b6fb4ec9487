import type { DeviceName, DeviceReport } from '../../shared/domain/devices.ts';
import type { FileSizes } from '../engine/export/folder.ts';
import type { OnnxFormat } from '../engine/export/formats.ts';
import type { ParityReport } from '../engine/export/parity.ts';
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

/** Takes rows as they come and answers each portion with its logits, by the model in a folder, until there are no more. */
export interface PredictJob {
  readonly kind: 'predict';
  readonly folder: string;
  readonly padId: number;
  readonly threads: number;
}

/** Writes a fine-tuned model for other programs, and compares what was written with it. */
export interface ExportJob {
  readonly kind: 'export';
  readonly folder: string;
  readonly format: ExportFormat;
  readonly out: string;
  readonly task: TrainableTask;
  readonly labels: readonly string[];
  readonly padId: number;
  /** Rows to compare an ONNX file with the model on; nothing is compared without. */
  readonly rows?: LabelledFeatures | undefined;
  readonly threads: number;
}

/** Which devices there could be. */
export interface DevicesJob {
  readonly kind: 'devices';
}

export interface ProbeJob {
  readonly kind: 'probe';
  readonly device: DeviceName;
  readonly threads: number;
}

/** Measures a model of random weights on random tokens. */
export interface MeasureJob {
  readonly kind: 'measure';
  /** Its configuration is taken from here. */
  readonly folder: string;
  /** Sizes to use instead of the folder's. */
  readonly sizes?: { readonly hiddenSize: number; readonly numHiddenLayers: number; readonly numAttentionHeads: number; readonly intermediateSize: number };
  readonly work: 'step' | 'inference';
  readonly batchSize: number;
  /** Tokens a row, all of them real. */
  readonly length: number;
  readonly device: DeviceName;
  readonly threads: number;
  readonly warmUps: number;
  readonly repeats: number;
}

export type ExportFormat = 'hf' | OnnxFormat;

export type Job = TrainJob | PredictJob | ExportJob | DevicesJob | ProbeJob | MeasureJob;

export interface JobResults {
  train: TrainingResult;
  predict: Record<never, never>;
  export: { readonly files: FileSizes; readonly parity?: ParityReport };
  devices: { readonly names: readonly DeviceName[] };
  probe: DeviceReport;
  /** Of each repeat, in order. */
  measure: { readonly milliseconds: readonly number[]; readonly peakMemory: number };
}

export interface JobEvents {
  train: TrainingEvent;
  /** In the order in which the rows were sent: `[rows, labels]`. */
  predict: { readonly type: 'logits'; readonly logits: Float32Array };
  export: { readonly type: 'stage'; readonly stage: 'writing' | 'comparing' };
  devices: never;
  probe: never;
  measure: never;
}

/** To the compute process. `rows` and `end` are for a job that takes its input as it comes. */
export type Request =
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'pause' | 'resume' | 'stop' | 'cancel' | 'end' }
  | { readonly type: 'rows'; readonly rows: Features };

/** From the compute process. */
export type Reply =
  | { readonly type: 'event'; readonly event: JobEvents[Job['kind']] }
  | { readonly type: 'done'; readonly result: JobResults[Job['kind']] }
  | { readonly type: 'failed'; readonly error: { readonly kind: 'input' | 'usage' | 'machine' | 'cancelled' | 'unknown'; readonly code: string; readonly message: string; readonly stack?: string | undefined } };
