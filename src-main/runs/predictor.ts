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
  private readonly job: RunningJob<'predict'>;
  private readonly asked: ((logits: Float32Array) => void)[] = [];
  private failure: { readonly reason: unknown } | undefined;
  /** Of whoever waits at present. A race with one promise that lives as long as the process would hold every answer until then. */
  private giveUp: ((reason: unknown) => void) | undefined;

  constructor({ folder, tokenizer }: FinishedModel, { compute, threads = availableParallelism(), signal }: PredictorOptions) {
    this.job = compute.start<'predict'>({ kind: 'predict', folder, padId: tokenizer.padId, threads }, { signal, onEvent: ({ logits }) => this.asked.shift()?.(logits) });
    this.job.result.catch((reason: unknown) => {
      this.failure = { reason };
      this.giveUp?.(reason);
    });
  }

  /** What `work` gives, for one caller at a time. @throws whatever ends the process before that: InputError for an unfit model, MachineError, CancelledError */
  async unlessEnded<T>(work: Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        this.giveUp = reject;
        work.then(resolve, reject);
        if (this.failure) reject(this.failure.reason);
      });
    } finally {
      this.giveUp = undefined;
    }
  }

  /** `[rows, labels]`, in the order of the rows. @throws as `unlessEnded` */
  logits(rows: Features): Promise<Float32Array> {
    const answer = new Promise<Float32Array>((resolve) => this.asked.push(resolve));
    this.job.send(rows);
    return this.unlessEnded(answer);
  }

  [Symbol.dispose](): void {
    this.job.end();
    this.job.cancel();
  }
}
