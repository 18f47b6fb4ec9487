import { CancelledError, MachineError } from '../../../shared/domain/errors.ts';
import { scheduleFactor } from '../optim/schedule.ts';
import { RandomStream } from '../random/philox.ts';
import { epochBatches, type StepBatch } from './batches.ts';
import type { RunControl } from './control.ts';
import type { TrainingEvent } from './events.ts';
import { evaluate } from './evaluate.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { Pace } from './pace.ts';
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

export type Stopped = 'finished' | 'early' | 'user';

/** Trains from `progress` to the end of the last epoch, or until scores stop getting better or the user stops. */
export const train = (trainee: Trainee, data: TrainingData, hyperparameters: Hyperparameters, progress: Progress, around: Surroundings): Promise<{ progress: Progress; stopped: Stopped }> =>
  new Loop(trainee, data, hyperparameters, progress, around).run();

class Loop {
  private readonly trainee: Trainee;
  private readonly data: TrainingData;
  private readonly hyperparameters: Hyperparameters;
  private readonly around: Surroundings;
  private readonly pace: Pace;
  private readonly stepsPerEpoch: number;
  private readonly steps: number;
  private progress: Progress;
  private batches: StepBatch[] = [];
  /** Moments of `around.now`; `began` is moved by what the run spent before and by pauses. */
  private began: number;
  private lastSaved: number;
  private savingTook = 0;

  constructor(trainee: Trainee, data: TrainingData, hyperparameters: Hyperparameters, progress: Progress, around: Surroundings) {
    this.trainee = trainee;
    this.data = data;
    this.hyperparameters = hyperparameters;
    this.progress = progress;
    this.around = around;
    this.pace = new Pace(around.now);
    this.stepsPerEpoch = epochBatches(data.train.features, hyperparameters.seed, 0, data.batching).length;
    this.steps = this.stepsPerEpoch * hyperparameters.epochs;
    this.lastSaved = around.now();
    this.began = this.lastSaved - progress.seconds;
  }

  async run(): Promise<{ progress: Progress; stopped: Stopped }> {
    for (;;) {
      await this.evaluateEpoch();
      if (this.progress.step >= this.steps) return { progress: this.progress, stopped: 'finished' };
      if (this.progress.withoutGain >= this.hyperparameters.patience) return { progress: this.progress, stopped: 'early' };
      await this.waitWhilePaused();
      const wish = await this.around.control.next();
      if (wish === 'cancel') await this.interrupted();
      if (wish === 'stop') {
        await this.save();
        return { progress: this.progress, stopped: 'user' };
      }
      await this.takeStep();
      const epochEnds = this.progress.step % this.stepsPerEpoch === 0;
      if (!epochEnds && this.around.now() - this.lastSaved > Math.max(checkpointEvery, this.savingTook / checkpointShare)) await this.save();
    }
  }

  /** After an epoch's last step; also the first thing when a run goes on that was broken off there. */
  private async evaluateEpoch(): Promise<void> {
    const { step, history } = this.progress, epoch = step / this.stepsPerEpoch;
    if (step === 0 || !Number.isInteger(epoch) || history.length >= epoch) return;
    const { metrics, loss } = await this.unlessCancelled(() => evaluate(this.trainee, this.data.dev, this.data, 0));
    const score = metrics.scores[this.data.task.mainScore as keyof typeof metrics.scores] as number;
    this.progress = withEvaluation(this.progress, { epoch, step, loss, scores: { ...metrics.scores } }, score);
    if (this.progress.withoutGain === 0) await this.around.saveBest();
    this.around.report({ type: 'evaluation', ...(this.progress.history.at(-1) as Progress['history'][number]) });
    await this.save();
    this.pace.restart();
  }

  private async waitWhilePaused(): Promise<void> {
    const { control, now, report } = this.around, { step } = this.progress;
    if (!control.paused) return;
    const before = now();
    report({ type: 'paused', step });
    if ((await control.next()) === 'go') report({ type: 'resumed', step });
    this.began += now() - before;
    this.pace.restart();
  }

  /** One optimiser step: gradients of each micro-batch, then the update. */
  private async takeStep(): Promise<void> {
    const { learningRate: peak, schedule, warmupRatio, seed } = this.hyperparameters, { step } = this.progress;
    const epoch = Math.floor(step / this.stepsPerEpoch), within = step % this.stepsPerEpoch;
    if (within === 0 || !this.batches.length) this.batches = epochBatches(this.data.train.features, seed, epoch, this.data.batching);
    const learningRate = peak * scheduleFactor(schedule, step, Math.ceil(this.steps * warmupRatio), this.steps);
    const { loss, tokens } = await this.unlessCancelled(() => this.gradients(this.batches[within] as StepBatch));
    const diverged = (what: string) => new MachineError('loss-not-finite', `The ${what} became infinite at step ${step + 1}: train again with a smaller learning rate than ${peak.toPrecision(2)}.`);
    if (!Number.isFinite(loss)) throw diverged('loss');
    const gradientNorm = await this.trainee.state.update(learningRate, step + 1);
    // The weights are lost then; the last checkpoint is not.
    if (!Number.isFinite(gradientNorm)) throw diverged('gradient');
    this.progress = { ...this.progress, step: step + 1, tokens: this.progress.tokens + tokens };
    this.pace.add(tokens);
    const { tokensPerSecond, secondsPerStep } = this.pace, secondsLeft = secondsPerStep * (this.steps - step - 1);
    this.around.report({ type: 'step', step: step + 1, steps: this.steps, epoch: epoch + 1, loss, learningRate, gradientNorm, tokensPerSecond, secondsLeft });
  }

  private async gradients(batch: StepBatch): Promise<{ loss: number; tokens: number }> {
    const rows = batch.reduce((count, micro) => count + micro.rows.length, 0), random = new RandomStream(this.hyperparameters.seed, 'dropout', this.progress.step);
    let loss = 0, tokens = 0;
    for (const micro of batch) {
      const { arrays, realTokens } = trainingBatch(this.data, micro, 1 / rows, random.uint32() | 0);
      loss += await this.trainee.gradients(arrays);
      tokens += realTokens;
      if (batch.length > 1) await this.trainee.state.accumulate();
    }
    return { loss, tokens };
  }

  private async save(): Promise<void> {
    const { now, report, saveCheckpoint } = this.around, before = now();
    this.progress = { ...this.progress, seconds: before - this.began };
    await saveCheckpoint(this.progress);
    this.lastSaved = now();
    this.savingTook = this.lastSaved - before;
    report({ type: 'checkpoint', step: this.progress.step });
  }

  /** Gradients and evaluations are broken off, updates never are: the state is that of the last whole step. */
  private async unlessCancelled<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (failure) {
      if (failure instanceof CancelledError) return this.interrupted();
      throw failure;
    }
  }

  private async interrupted(): Promise<never> {
    await this.save();
    throw new CancelledError();
  }
}
