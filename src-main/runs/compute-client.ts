import { fork, type ChildProcess } from 'node:child_process';
import { CancelledError, InputError, MachineError, StudioError, UsageError } from '../../shared/domain/errors.ts';
import type { Features } from '../engine/tasks/features.ts';
import type { Job, JobEvents, JobResults, Reply, Request } from './jobs.ts';

export interface JobOptions<Kind extends Job['kind']> {
  readonly onEvent?: (event: JobEvents[Kind]) => void;
  /** Aborting cancels the job: training leaves a checkpoint first. */
  readonly signal?: AbortSignal | undefined;
  /** The process is ended when it takes longer. */
  readonly mostSeconds?: number | undefined;
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
  /** Gives more rows to a job that takes them as they come. */
  send(rows: Features): void;
  /** Tells such a job that there are no more. */
  end(): void;
}

const errorClasses = { input: InputError, usage: UsageError, machine: MachineError } as const;

/** Starts compute processes, one a job, so that a driver's crash takes nothing else along. */
export class ComputeClient {
  private readonly entry: string;

  /** @param entry the compute process' main file. */
  constructor(entry: string) {
    this.entry = entry;
  }

  start<Kind extends Job['kind']>(job: Extract<Job, { kind: Kind }>, { onEvent, signal, mostSeconds }: JobOptions<Kind> = {}): RunningJob<Kind> {
    signal?.throwIfAborted();
    const child = fork(this.entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    // A process that died says so by its exit; what was on the way to it then is lost.
    const send = (request: Request) => { if (child.connected) child.send(request, () => undefined); };
    const cancel = () => send({ type: 'cancel' });
    signal?.addEventListener('abort', cancel, { once: true });
    let late = false;
    const timer = mostSeconds === undefined ? undefined : setTimeout(() => { late = true; child.kill('SIGKILL'); }, mostSeconds * 1000);
    const died = (how: string) => (late
      ? new MachineError('compute-silent', `The compute process gave no answer within ${mostSeconds} seconds; try again, or use another device.`)
      : new MachineError('compute-died', `The compute process ended unexpectedly (${how}${how === 'SIGKILL' ? ', perhaps for want of memory' : ''}); try again.`));
    const result = follow(child, onEvent, died).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    });
    send({ type: 'job', job });
    return {
      result, cancel, pause: () => send({ type: 'pause' }), resume: () => send({ type: 'resume' }), stop: () => send({ type: 'stop' }),
      send: (rows) => send({ type: 'rows', rows }), end: () => send({ type: 'end' }),
    };
  }

  /** Starts a job and waits for its result. */
  run<Kind extends Job['kind']>(job: Extract<Job, { kind: Kind }>, options: JobOptions<Kind> = {}): Promise<JobResults[Kind]> {
    return this.start<Kind>(job, options).result;
  }
}

function follow<Kind extends Job['kind']>(child: ChildProcess, onEvent: ((event: JobEvents[Kind]) => void) | undefined, died: (how: string) => MachineError): Promise<JobResults[Kind]> {
  return new Promise((resolve, reject) => {
    let lastWords = '';
    child.stderr?.on('data', (data: Buffer) => { lastWords = (lastWords + data.toString()).slice(-2000); });
    child.on('message', (reply: Reply) => {
      if (reply.type === 'event') return onEvent?.(reply.event as JobEvents[Kind]);
      if (reply.type === 'done') resolve(reply.result as JobResults[Kind]);
      else reject(revive(reply.error));
    });
    child.on('error', (cause) => reject(new MachineError('compute-start', 'The compute process could not be started; is the disk or the memory full?', { cause })));
    // Not at its exit: its last words and even its answer may still be on the way then. After an answer this changes nothing.
    child.on('close', (code, signal) => {
      const failure = died(signal ?? `code ${code}`);
      failure.cause = lastWords;
      reject(failure);
    });
  });
}

function revive({ kind, code, message, stack }: Extract<Reply, { type: 'failed' }>['error']): Error {
  if (kind === 'cancelled') return new CancelledError(message);
  if (kind === 'unknown') return new StudioError('internal', `Something went wrong that should not have: ${message}`, { cause: stack });
  return new errorClasses[kind](code, message, stack === undefined ? undefined : { cause: stack });
}
