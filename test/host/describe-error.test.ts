import { expect, it } from 'vitest';
import { InputError } from '../../shared/domain/errors.ts';
import { RuntimeCallError } from '../../src-main/engine/session/native/library.ts';
import { describeError } from '../../src-main/host/compute/describe-error.ts';

it('tells want of memory from other failures of the runtime, whatever words its driver uses', () => {
  for (const message of ['std::bad_alloc', 'BFCArena: Failed to allocate memory for requested buffer', 'Buffer allocation failed', 'CUDA out of memory']) {
    expect(describeError(new RuntimeCallError(message)), message).toMatchObject({ kind: 'machine', code: 'out-of-memory' });
  }
  expect(describeError(new RuntimeCallError('Device lost'))).toMatchObject({ kind: 'machine', code: 'runtime-failed', stack: expect.stringContaining('Device lost') });
});

it('passes on errors that are meant for the user as they are, and others as unknown', () => {
  expect(describeError(new InputError('file-empty', 'It is empty.'))).toEqual({ kind: 'input', code: 'file-empty', message: 'It is empty.' });
  expect(describeError(new TypeError('x is not a function'))).toMatchObject({ kind: 'unknown', code: 'internal' });
});
