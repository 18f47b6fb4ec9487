import type { Evaluation } from './events.ts';

/** How far a run has come: with the state's arrays, all that is needed to go on. */
export interface Progress {
  /** Optimiser steps done. */
  readonly step: number;
  readonly best: { readonly score: number; readonly epoch: number } | undefined;
  /** Evaluations since the best. */
  readonly withoutGain: number;
  readonly history: readonly Evaluation[];
  /** Seconds spent and real tokens seen so far. */
  readonly seconds: number;
  readonly tokens: number;
}

export const start: Progress = { step: 0, best: undefined, withoutGain: 0, history: [], seconds: 0, tokens: 0 };

/** Takes an evaluation in. An undefined score never wins over another. */
export function withEvaluation(progress: Progress, evaluation: Omit<Evaluation, 'best'>, score: number): Progress {
  const better = !progress.best || score > progress.best.score;
  // A checkpoint is JSON, which has no infinity.
  const kept = Number.isNaN(score) ? -Number.MAX_VALUE : score;
  return {
    ...progress,
    best: better ? { score: kept, epoch: evaluation.epoch } : progress.best,
    withoutGain: better ? 0 : progress.withoutGain + 1,
    history: [...progress.history, { ...evaluation, best: better }],
  };
}
