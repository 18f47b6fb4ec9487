import { setTimeout as pause } from 'node:timers/promises';
import { CancelledError } from '../../../shared/domain/errors.ts';
import { isTransient } from './failures.ts';

/** Milliseconds before the second, third, ... try. */
export type Pauses = readonly number[];

export const defaultPauses: Pauses = [500, 1000, 2000, 4000, 8000];

/**
 * Tries again after failures that may pass.
 * @param hasAdvanced whether the try that just failed came further than all before it, which gives it all its tries back
 * @throws what the last try threw; {@link CancelledError}
 */
export async function retrying<T>(pauses: Pauses, signal: AbortSignal | undefined, attempt: () => Promise<T>, hasAdvanced: () => boolean = () => false): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      failures = hasAdvanced() ? 1 : failures + 1;
      const milliseconds = pauses[failures - 1];
      if (milliseconds === undefined) throw error;
      await pause(milliseconds, undefined, { signal }).catch(() => {
        throw new CancelledError();
      });
    }
  }
}
