// The compute process: takes one job from its parent, runs it, answers, and ends. The only process that loads ONNX Runtime.
import { constants, setPriority } from 'node:os';
import { CancelledError, InputError, MachineError, UsageError } from '../../../shared/domain/errors.ts';
import { RunControl } from '../../engine/train/control.ts';
import type { Job, Reply, Request } from '../../runs/jobs.ts';
import { predictJob } from './predict.ts';
import { probeJob } from './probe.ts';
import { trainJob } from './train.ts';

const control = new RunControl();
let cancelNow: (() => void) | undefined;

const answer = (reply: Reply) => new Promise<void>((resolve) => process.send?.(reply, () => resolve()));
const report = (event: Extract<Reply, { type: 'event' }>['event']) => void answer({ type: 'event', event });
const whenCancelled = (terminate: () => void) => { cancelNow = terminate; };

// Labelling goes on beside training: the window's processes come first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
// A terminal's Ctrl-C reaches the whole group; what it means is the parent's to say.
process.on('SIGINT', () => {});
// Without a parent nobody waits for the result.
process.on('disconnect', () => process.exit(1));

process.on('message', (request: Request) => {
  if (request.type === 'job') void work(request.job);
  else control[request.type]();
  if (request.type === 'cancel') cancelNow?.();
});

async function work(job: Job): Promise<void> {
  try {
    await answer({ type: 'done', result: await run(job) });
  } catch (failure) {
    await answer({ type: 'failed', error: describe(failure as Error) });
  }
  process.exit(0);
}

function run(job: Job) {
  switch (job.kind) {
    case 'train': return trainJob(job, { control, report, whenCancelled });
    case 'predict': return predictJob(job, { report, whenCancelled });
    case 'probe': return probeJob(job);
  }
}

function describe(error: Error): Extract<Reply, { type: 'failed' }>['error'] {
  const code = 'code' in error ? String(error.code) : 'internal', { message, stack } = error;
  if (error instanceof CancelledError) return { kind: 'cancelled', code, message };
  if (error instanceof InputError) return { kind: 'input', code, message };
  if (error instanceof UsageError) return { kind: 'usage', code, message };
  if (error instanceof MachineError) return { kind: 'machine', code, message };
  return { kind: 'unknown', code, message, stack };
}
