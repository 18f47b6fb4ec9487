import type { Metrics } from '../tasks/task.ts';

/** A score table after an epoch, of the dev split. */
export interface Evaluation {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly scores: Readonly<Record<string, number>>;
  /** Whether it is the best so far. */
  readonly best: boolean;
}

/** What a run reports while it goes on. Times in seconds. */
export type TrainingEvent =
  | { readonly type: 'loaded'; readonly device: string; readonly parameters: number; readonly missing: readonly string[]; readonly unexpected: readonly string[] }
  | { readonly type: 'estimate'; readonly seconds: number; readonly steps: number; readonly tokensPerSecond: number; readonly padding: number }
  | {
      readonly type: 'step'; readonly step: number; readonly steps: number; readonly epoch: number; readonly loss: number; readonly learningRate: number;
      readonly gradientNorm: number; readonly tokensPerSecond: number; readonly secondsLeft: number;
    }
  | ({ readonly type: 'evaluation' } & Evaluation)
  | { readonly type: 'checkpoint'; readonly step: number }
  | { readonly type: 'paused' | 'resumed'; readonly step: number };

export interface TrainingResult {
  readonly bestEpoch: number;
  /** Optimiser steps done. */
  readonly steps: number;
  readonly stopped: 'finished' | 'early' | 'user';
  readonly history: readonly Evaluation[];
  readonly dev: Metrics;
  readonly test?: Metrics;
  readonly seconds: number;
  /** Real tokens of training, padding not counted; the seconds include evaluations and checkpoints. */
  readonly tokensPerSecond: number;
  /** Bytes of the compute process at its largest. */
  readonly peakMemory: number;
}
