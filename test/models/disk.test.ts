import { describe, expect, it } from 'vitest';
import { MachineError } from '../../shared/domain/errors.ts';
import { onDisk, requireSpace } from '../../src-main/models/disk.ts';
import { failureOf, temporaryFolder } from './support.ts';

const folder = temporaryFolder();

describe('the disk', () => {
  it.each([['ENOSPC', 'disk-full', /free some space/], ['EDQUOT', 'disk-full', /free some space/], ['EACCES', 'write-failed', /EACCES/]])('answers %s with one sentence', async (code, name, message) => {
    const failure = await failureOf(onDisk('model.bin', () => Promise.reject(Object.assign(new Error(code), { code }))));
    expect(failure).toBeInstanceOf(MachineError);
    expect(failure.code).toBe(name);
    expect(failure.message).toMatch(message);
  });

  it('is asked how much room it really has', async () => {
    await requireSpace(folder, 1);
    expect(await failureOf(requireSpace(folder, 2 ** 60))).toMatchObject({ code: 'disk-full' });
  });
});
