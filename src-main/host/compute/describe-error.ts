import { CancelledError, InputError, MachineError, UsageError } from '../../../shared/domain/errors.ts';
import { RuntimeCallError } from '../../engine/session/native/library.ts';
import type { Reply } from '../../runs/jobs.ts';

type Description = Extract<Reply, { type: 'failed' }>['error'];

/** The runtime and its drivers have many words for it, and no code. */
const wantOfMemory = /bad_alloc|out of memory|fail(ed|ure) to allocate|allocation failed|not enough memory/i;

/** An error as it crosses the process border. What the runtime says of itself is kept for the curious; the sentence is for the user. */
export function describeError(error: Error): Description {
  const code = 'code' in error ? String(error.code) : 'internal', { message, stack } = error;
  if (error instanceof CancelledError) return { kind: 'cancelled', code, message };
  if (error instanceof InputError) return { kind: 'input', code, message };
  if (error instanceof UsageError) return { kind: 'usage', code, message };
  if (error instanceof MachineError) return { kind: 'machine', code, message };
  if (wantOfMemory.test(message)) return { kind: 'machine', code: 'out-of-memory', message: 'There is not enough memory for this; train with --recompute, a smaller --max-length, or a smaller model.' };
  if (error instanceof RuntimeCallError) return { kind: 'machine', code: 'runtime-failed', message: 'The device or its driver failed during the computation; try again, and see "sesame devices" if it fails again.', stack };
  return { kind: 'unknown', code, message, stack };
}
