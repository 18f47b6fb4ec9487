import { CancelledError, MachineError } from '../../../shared/domain/errors.ts';
import { scheduleFactor } from '../optim/schedule.ts';
import { RandomStream } from '../random/philox.ts';
import { epochBatches, type StepBatch } from './batches.ts';
import type { RunControl } from './control.ts';
import type { TrainingEvent } from './events.ts';
import { evaluate } from './evaluate.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { withEvaluation, type Progress } from './progress.ts';
import { trainingBatch, type Trainee, type TrainingData } from './trainee.ts';

/** What the loop leaves to its surroundings. */
export interface Surroundings {
  readonly control: RunControl;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly report: (event: TrainingEvent) => void;
  /** Keeps everything needed to go on from here. */
  readonly saveCheckpoint: (progress: Progress) => Promise<void>;
  /** Keeps the present weights as the best. */
  readonly saveBest: () => Promise<void>;
}

/** Shortest time between two checkpoints within an epoch, in seconds, and the most of all time that may go into them. */
const checkpointEvery = 60, checkpointShare = 0.05;

/** Trains from `progress` to the end of the last epoch, or until scores stop getting better or the user stops. */
export async function train(trainee: Trainee, data: TrainingData, hyperparameters: Hyperparameters, progress: Progress, around: Surroundings): Promise<{ progress: Progress; stopped: 'finished' | 'early' | 'user' }> {
  const { epochs, patience, seed } = hyperparameters, { now, control, report } = around;
  const stepsPerEpoch = epochBatches(data.train.features, seed, 0, data.batching).length, steps = stepsPerEpoch * epochs;
  const began = now() - progress.seconds, pace = new Pace(now);
  let current = progress, batches: StepBatch[] = [], lastSaved = now(), savingTook = 0, pausedFor = 0;

  const save = async () => {
    const before = now();
    current = { ...current, seconds: before - began - pausedFor };
    await around.saveCheckpoint(current);
    lastSaved = now();
    savingTook = lastSaved - before;
    report({ type: 'checkpoint', step: current.step });
  };

  for (;;) {
    // Also the first thing after a stop between an epoch's last step and its evaluation.
    if (current.step > 0 && current.step % stepsPerEpoch === 0 && current.history.length < current.step / stepsPerEpoch) {
      const outcome = await unlessCancelled(() => evaluate(trainee, data.dev, data, 0));
      if (!outcome) return interrupted(save);
      const { metrics, loss } = outcome, score = metrics.scores[data.task.mainScore as keyof typeof metrics.scores] as number;
      current = withEvaluation(current, { epoch: current.step / stepsPerEpoch, step: current.step, loss, scores: { ...metrics.scores } }, score);
      if (current.withoutGain === 0) await around.saveBest();
      report({ type: 'evaluation', ...(current.history.at(-1) as Progress['history'][number]) });
      await save();
      pace.restart();
    }
    if (current.step >= steps) return { progress: current, stopped: 'finished' };
    if (current.withoutGain >= patience) return { progress: current, stopped: 'early' };
    const epoch = Math.floor(current.step / stepsPerEpoch), within = current.step % stepsPerEpoch;
    if (within === 0 || !batches.length) batches = epochBatches(data.train.features, seed, epoch, data.batching);
    if (control.paused) {
      const before = now();
      report({ type: 'paused', step: current.step });
      await control.next();
      report({ type: 'resumed', step: current.step });
      pausedFor += now() - before;
      pace.restart();
    }
    const wish = await control.next();
    if (wish === 'stop') return { progress: { ...current, seconds: now() - began - pausedFor }, stopped: 'user' };
    if (wish === 'cancel') return interrupted(save);

    const learningRate = hyperparameters.learningRate * scheduleFactor(hyperparameters.schedule, current.step, Math.ceil(steps * hyperparameters.warmupRatio), steps);
    // The gradients of a step are broken off, its update never is: the state is that of the last whole step.
    const done = await unlessCancelled(() => takeStep(trainee, data, batches[within] as StepBatch, { step: current.step, learningRate, seed }));
    if (!done) return interrupted(save);
    current = { ...current, step: current.step + 1, tokens: current.tokens + done.tokens };
    pace.add(done.tokens);
    report({
      type: 'step', step: current.step, steps, epoch: epoch + 1, loss: done.loss, learningRate, gradientNorm: done.gradientNorm, tokensPerSecond: pace.tokensPerSecond,
      secondsLeft: pace.secondsPerStep * (steps - current.step),
    });

    const epochEnds = current.step % stepsPerEpoch === 0;
    if (!epochEnds && now() - lastSaved > Math.max(checkpointEvery, savingTook / checkpointShare)) await save();
  }
}

/** Undefined where the work was broken off. */
async function unlessCancelled<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (failure) {
    if (failure instanceof CancelledError) return undefined;
    throw failure;
  }
}

async function interrupted(save: () => Promise<void>): Promise<never> {
  await save();
  throw new CancelledError();
}

/** One optimiser step: gradients of each micro-batch, then the update. */
async function takeStep(trainee: Trainee, data: TrainingData, batch: StepBatch, { step, learningRate, seed }: { step: number; learningRate: number; seed: number }): Promise<{ loss: number; gradientNorm: number; tokens: number }> {
  const rows = batch.reduce((count, micro) => count + micro.rows.length, 0), random = new RandomStream(seed, 'dropout', step);
  let loss = 0, tokens = 0;
  for (const micro of batch) {
    const { arrays, realTokens } = trainingBatch(data, micro, 1 / rows, random.uint32() | 0);
    loss += await trainee.gradients(arrays);
    tokens += realTokens;
    if (batch.length > 1) await trainee.state.accumulate();
  }
  if (!Number.isFinite(loss)) throw new MachineError('loss-not-finite', `The loss became ${loss} at step ${step + 1}: train again with a smaller learning rate than ${learningRate.toPrecision(2)}.`);
  return { loss, gradientNorm: await trainee.state.update(learningRate, step + 1), tokens };
}

/** Speed over the last steps. */
class Pace {
  private readonly now: () => number;
  private readonly window: { at: number; tokens: number }[] = [];

  constructor(now: () => number) {
    this.now = now;
    this.restart();
  }

  restart(): void {
    this.window.splice(0, this.window.length, { at: this.now(), tokens: 0 });
  }

  add(tokens: number): void {
    this.window.push({ at: this.now(), tokens });
    if (this.window.length > 50) this.window.shift();
  }

  private get seconds(): number {
    return Math.max(1e-6, (this.window.at(-1)?.at as number) - (this.window[0]?.at as number));
  }

  get tokensPerSecond(): number {
    return this.window.slice(1).reduce((total, { tokens }) => total + tokens, 0) / this.seconds;
  }

  get secondsPerStep(): number {
    return this.seconds / Math.max(1, this.window.length - 1);
  }
}
