import { existsSync } from 'node:fs';
import { CancelledError, InputError, MachineError, StudioError } from '../../shared/domain/errors.ts';
import type { TrainingEvent } from '../engine/train/events.ts';
import { writeModelCard } from '../engine/export/model-card.ts';
import { makeFolder } from '../engine/weights/atomic.ts';
import type { ComputeClient, RunningJob } from './compute-client.ts';
import type { Plan } from './fine-tune.ts';
import { factsOfRun } from './model-facts.ts';
import { hasCheckpoint, removeCheckpoint, removePartials, removeRun } from './run-folder.ts';
import { writeRunRecord, type RunRecord } from './run-record.ts';
import { summarise, writeRunResult, type RunResult } from './run-result.ts';

/** A fine-tuning that goes on in a compute process. */
export interface RunningFineTuning extends Omit<RunningJob<'train'>, 'result'> {
  /** The run's folder is then a whole model. @throws what stopped it, with what to do to go on; a run without a checkpoint leaves nothing behind. */
  readonly result: Promise<RunResult>;
}

/** Prepares a planned run's folder and starts the run in a compute process of its own. */
export async function startFineTuning(plan: Plan, compute: ComputeClient, options: { onEvent?: (event: TrainingEvent) => void; signal?: AbortSignal | undefined } = {}): Promise<RunningFineTuning> {
  const { out } = plan.job, made = !existsSync(out);
  let record: RunRecord = plan.record, recorded = Promise.resolve();
  const onEvent = (event: TrainingEvent) => {
    if (event.type === 'loaded') {
      record = { ...record, weights: { missing: event.missing, unexpected: event.unexpected } };
      // Kept, so that a run that is resumed still tells; a failure is heard at the end.
      recorded = writeRunRecord(out, record);
      recorded.catch(() => undefined);
    }
    options.onEvent?.(event);
  };
  const prepare = async () => {
    await makeFolder(out);
    await removePartials(out);
    await plan.tokenizer.saveTo(out, givenLength(plan.record));
    await writeRunRecord(out, plan.record);
    return compute.start<'train'>(plan.job, { signal: options.signal, onEvent });
  };
  const job = await prepare().catch((failure: unknown) => explain(failure, out, made));
  const trained = job.result.finally(() => Promise.allSettled([recorded])).catch((failure: unknown) => explain(failure, out, made));
  return { ...job, result: trained.then(async (measured) => {
    await recorded;
    return finish(out, record, measured);
  }) };
}

/** A length the user gave is the model's from now on; one picked from the data only fits these data. */
const givenLength = ({ picked, hyperparameters }: RunRecord): number | undefined => ('maxLength' in picked ? undefined : hyperparameters.maxLength);

async function finish(out: string, record: RunRecord, trained: Awaited<RunningJob<'train'>['result']>): Promise<RunResult> {
  const result = summarise(record, trained);
  await removePartials(out);
  // What the user stopped may go on; the result says that nothing else will.
  if (trained.stopped === 'user') return result;
  await writeModelCard(out, factsOfRun(out, record, result));
  await writeRunResult(out, result);
  await removeCheckpoint(out);
  return result;
}

/** Going on as before would end the same way again. */
const ownAdvice: ReadonlySet<string> = new Set(['loss-not-finite', 'out-of-memory', 'checkpoint-unfit']);

/** Adds to a failure how to go on, or takes back what led to nothing. */
async function explain(failure: unknown, out: string, made: boolean): Promise<never> {
  if (!hasCheckpoint(out)) {
    // What went wrong first is what the user must hear, even if tidying up fails as well.
    await Promise.allSettled([removeRun(out, made)]);
    throw failure instanceof CancelledError ? new CancelledError('Stopped before the first step; nothing was kept.') : failure;
  }
  const goOn = `the last checkpoint is kept: go on with "sesame train --resume ${out}".`;
  if (failure instanceof CancelledError) throw new CancelledError(`Stopped; ${goOn}`);
  if (!(failure instanceof StudioError) || ownAdvice.has(failure.code)) throw failure;
  const [said = ''] = failure.message.split('\n'), message = `${said.replace(/\.$/, '')}; ${goOn}`, { code } = failure, options = { cause: failure };
  if (failure instanceof InputError) throw new InputError(code, message, options);
  throw failure instanceof MachineError ? new MachineError(code, message, options) : new StudioError(code, message, options);
}
