import { availableParallelism } from 'node:os';
import type { Features } from '../engine/tasks/features.ts';
import type { ComputeClient, RunningJob } from './compute-client.ts';
import type { FinishedModel } from './finished-model.ts';

export interface PredictorOptions {
  readonly compute: ComputeClient;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model that waits in a compute process of its own to be given rows. Dispose of it to end the process. */
export class Predictor {
  /** Rejects with whatever ends the process early: InputError for an unfit model, MachineError, CancelledError. */
  readonly failure: Promise<never>;
  private readonly job: RunningJob<'predict'>;
  private readonly asked: ((logits: Float32Array) => void)[] = [];

  constructor({ folder, tokenizer }: FinishedModel, { compute, threads = availableParallelism(), signal }: PredictorOptions) {
    this.job = compute.start<'predict'>({ kind: 'predict', folder, padId: tokenizer.padId, threads }, { signal, onEvent: ({ logits }) => this.asked.shift()?.(logits) });
    this.failure = this.job.result.then(() => new Promise<never>(() => undefined));
    // Heard by whoever waits for it, or for logits; unheard it must not end this process as well.
    this.failure.catch(() => undefined);
  }

  /** `[rows, labels]`, in the order of the rows. @throws as `failure` */
  logits(rows: Features): Promise<Float32Array> {
    const answer = new Promise<Float32Array>((resolve) => this.asked.push(resolve));
    this.job.send(rows);
    return Promise.race([answer, this.failure]);
  }

  [Symbol.dispose](): void {
    this.job.end();
    this.job.cancel();
  }
}
