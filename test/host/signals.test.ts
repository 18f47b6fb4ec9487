import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { CancelledError } from '../../shared/domain/errors.ts';
import { stopOnSignals } from '../../src-main/host/cli/signals.ts';

it('takes signals within a second for one wish to stop, and a later one for impatience', () => {
  const source = new EventEmitter();
  let now = 5000, ended = 0;
  const signal = stopOnSignals(source, () => ended++, () => now);
  expect(signal.aborted).toBe(false);
  source.emit('SIGINT');
  expect(signal.reason).toBeInstanceOf(CancelledError);
  now += 900;
  source.emit('SIGINT');
  expect(ended).toBe(0);
  now += 200;
  source.emit('SIGTERM');
  expect(ended).toBe(1);
});

it('takes a closed terminal for a wish to stop', () => {
  const source = new EventEmitter(), signal = stopOnSignals(source, () => undefined);
  source.emit('SIGHUP');
  expect(signal.aborted).toBe(true);
});
