// The compute process: takes one job from its parent, runs it, answers, and ends. The only process that loads ONNX Runtime.
import { constants, setPriority } from 'node:os';
import { CancelledError } from '../../../shared/domain/errors.ts';
import { RunControl } from '../../engine/train/control.ts';
import type { Job, Reply, Request } from '../../runs/jobs.ts';
import { candidates, probe } from '../../engine/session/devices.ts';
import { describeError } from './describe-error.ts';
import { exportJob } from './export.ts';
import { Inbox } from './inbox.ts';
import { measureJob } from './measure.ts';
import { predictJob } from './predict.ts';
import { trainJob } from './train.ts';

const control = new RunControl(), inbox = new Inbox();
let cancelNow: (() => void) | undefined;

const answer = (reply: Reply) => new Promise<void>((resolve) => process.send?.(reply, () => resolve()));
const report = (event: Extract<Reply, { type: 'event' }>['event']) => void answer({ type: 'event', event });

const whenCancelled = (terminate: () => void) => { cancelNow = terminate; };

// Labelling goes on beside training: the window's processes come first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
// A terminal's Ctrl-C, a service manager's end and a closed window reach the whole group; what they mean is the parent's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// Without a parent nobody waits for the result.
process.on('disconnect', () => process.exit(1));

process.on('message', (request: Request) => {
  switch (request.type) {
    case 'job': return void work(request.job);
    case 'rows': return inbox.put(request.rows);
    case 'end': return inbox.end();
    case 'cancel': return cancel();
    case 'pause': return control.pause();
    case 'resume': return control.resume();
    case 'stop': return control.stop();
  }
});

async function work(job: Job): Promise<void> {
  // Most have nothing to save or to tidy up; the others say how they are stopped.
  if (job.kind !== 'train') cancelNow = () => void end({ type: 'failed', error: describeError(new CancelledError()) });
  try {
    await end({ type: 'done', result: await run(job) });
  } catch (failure) {
    await end({ type: 'failed', error: describeError(failure as Error) });
  }
}

function cancel(): void {
  control.cancel();
  cancelNow?.();
}

async function end(reply: Reply): Promise<void> {
  await answer(reply);
  process.exit(0);
}

function run(job: Job) {
  switch (job.kind) {
    case 'train': return trainJob(job, { control, report, whenCancelled });
    case 'export': return exportJob(job, { report, whenCancelled });
    case 'predict': return predictJob(job, { inbox, report });
    case 'devices': return { names: candidates() };
    case 'probe': return probe(job.device, job.threads);
    case 'measure': return measureJob(job);
  }
}
