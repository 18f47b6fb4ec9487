import { fork, type ChildProcess } from 'node:child_process';
import { CancelledError, InputError, MachineError, StudioError, UsageError } from '../../shared/domain/errors.ts';
import type { Job, JobEvents, JobResults, Reply, Request } from './jobs.ts';

export interface JobOptions<Kind extends Job['kind']> {
  readonly onEvent?: (event: JobEvents[Kind]) => void;
  /** Aborting cancels the job: training leaves a checkpoint first. */
  readonly signal?: AbortSignal | undefined;
}

/** A job in a compute process of its own. */
export interface RunningJob<Kind extends Job['kind']> {
  /** @throws the job's own error, CancelledError, or MachineError when the process died. */
  readonly result: Promise<JobResults[Kind]>;
  pause(): void;
  resume(): void;
  /** Ends training after the step in progress and keeps the best model so far. */
  stop(): void;
  cancel(): void;
}

const errorClasses = { input: InputError, usage: UsageError, machine: MachineError } as const;

/** Starts compute processes, one a job, so that a driver's crash takes nothing else along. */
export class ComputeClient {
  private readonly entry: string;

  /** @param entry the compute process' main file. */
  constructor(entry: string) {
    this.entry = entry;
  }

  start<Kind extends Job['kind']>(job: Extract<Job, { kind: Kind }>, { onEvent, signal }: JobOptions<Kind> = {}): RunningJob<Kind> {
    signal?.throwIfAborted();
    const child = fork(this.entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    const send = (request: Request) => { if (child.connected) child.send(request); };
    const cancel = () => send({ type: 'cancel' });
    signal?.addEventListener('abort', cancel, { once: true });
    const result = this.follow(child, job, onEvent).finally(() => signal?.removeEventListener('abort', cancel));
    send({ type: 'job', job });
    return { result, cancel, pause: () => send({ type: 'pause' }), resume: () => send({ type: 'resume' }), stop: () => send({ type: 'stop' }) };
  }

  /** Starts a job and waits for its result. */
  run<Kind extends Job['kind']>(job: Extract<Job, { kind: Kind }>, options: JobOptions<Kind> = {}): Promise<JobResults[Kind]> {
    return this.start<Kind>(job, options).result;
  }

  private follow<Kind extends Job['kind']>(child: ChildProcess, job: Job, onEvent?: (event: JobEvents[Kind]) => void): Promise<JobResults[Kind]> {
    return new Promise((resolve, reject) => {
      let lastWords = '';
      child.stderr?.on('data', (data: Buffer) => { lastWords = (lastWords + data.toString()).slice(-2000); });
      child.on('message', (reply: Reply) => {
        if (reply.type === 'event') return onEvent?.(reply.event as JobEvents[Kind]);
        if (reply.type === 'done') resolve(reply.result as JobResults[Kind]);
        else reject(revive(reply.error));
      });
      child.on('error', (cause) => reject(new MachineError('compute-start', 'The compute process could not be started; is the disk or the memory full?', { cause })));
      // After an answer this changes nothing: the promise is settled.
      child.on('exit', (code, signal) => reject(died(job, signal ?? `code ${code}`, lastWords)));
    });
  }
}

function died(job: Job, how: string, lastWords: string): MachineError {
  const after = job.kind === 'train' ? ` The last checkpoint is kept: go on with "sesame train --resume ${job.out}".` : ' Try again.';
  return new MachineError('compute-died', `The compute process ended unexpectedly (${how}${how === 'SIGKILL' ? ', perhaps for want of memory' : ''}).${after}`, { cause: lastWords });
}

function revive({ kind, code, message, stack }: Extract<Reply, { type: 'failed' }>['error']): Error {
  if (kind === 'cancelled') return new CancelledError(message);
  if (kind === 'unknown') return new StudioError('internal', `Something went wrong that should not have: ${message}`, { cause: stack });
  return new errorClasses[kind](code, message);
}
