import { CancelledError } from '../../../shared/domain/errors.ts';

/** A terminal's Ctrl-C comes more than once: directly, and passed on by whatever started this process. */
const oneKeyPressMilliseconds = 1000;

/**
 * Turns Ctrl-C, SIGTERM and a closed terminal into an abort. Whoever asks again, later, does not want to wait.
 * @param now milliseconds of a clock that only goes forward
 */
export function stopOnSignals(source: Pick<NodeJS.EventEmitter, 'on'>, endNow: () => void, now: () => number = () => performance.now()): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = () => {
    first ??= now();
    if (now() - first >= oneKeyPressMilliseconds) endNow();
    controller.abort(new CancelledError());
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) source.on(signal, stop);
  return controller.signal;
}
