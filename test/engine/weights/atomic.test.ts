import { chmodSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as node from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically, type WritableFile, type WritableFileSystem } from '../../../src-main/engine/weights/atomic.ts';
import { MachineError } from '../../../shared/domain/errors.ts';
import { failureOf, temporaryFolder } from './support.ts';

const root = temporaryFolder();
let folder: string, path: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'folder-'));
  path = join(folder, 'model.bin');
});

const failing = (code: string): Promise<never> => Promise.reject(Object.assign(new Error(`${code}: simulated`), { code }));

/** The real file system, on which every file opened has some calls replaced; what was called is noted. */
function simulated(replace: Partial<WritableFile> & Partial<WritableFileSystem>, calls: string[] = []): WritableFileSystem {
  return {
    async open(name, flags) {
      const file = await node.open(name, flags);
      return {
        write: replace.write ?? ((bytes, offset, length) => file.write(bytes, offset, length)),
        sync: () => { calls.push(`sync ${flags}`); return (replace.sync ?? (() => file.sync()))(); },
        close: () => file.close(),
      };
    },
    rename: (from, to) => { calls.push('rename'); return (replace.rename ?? node.rename)(from, to); },
    rm: node.rm,
  };
}

describe('writing a file atomically', () => {
  it('takes text, bytes, and pieces made one after the other', async () => {
    const pieces = [Uint8Array.of(104), new Uint8Array(0), Uint8Array.of(105)];
    for (const content of ['hi', Uint8Array.of(104, 105), pieces, (async function* () { yield* pieces; await Promise.resolve(); })()]) {
      writeFileSync(path, 'earlier');
      await writeFileAtomically(path, content);
      expect(readFileSync(path, 'utf8')).toBe('hi');
      expect(readdirSync(folder)).toEqual(['model.bin']);
    }
  });

  it('flushes the file before it is renamed and the folder after', async () => {
    const calls: string[] = [];
    await writeFileAtomically(path, 'new', simulated({}, calls));
    expect(calls).toEqual(process.platform === 'win32' ? ['sync wx', 'rename'] : ['sync wx', 'rename', 'sync r']);
  });

  it('goes on where a write takes only a part', async () => {
    const taken: number[] = [];
    const slow = simulated({ write: (bytes, offset) => { taken.push(bytes[offset]!); return Promise.resolve({ bytesWritten: 1 }); } });
    await writeFileAtomically(path, Uint8Array.of(1, 2, 3), slow);
    expect(taken).toEqual([1, 2, 3]);
  });

  it.each([['ENOSPC', 'disk-full', /free some space/], ['EDQUOT', 'disk-full', /free some space/], ['EACCES', 'not-writable', /permissions/], ['EIO', 'write-failed', /EIO/]])(
    'on %s leaves the earlier file and no other, and says what to do', async (code, expected, message) => {
      writeFileSync(path, 'earlier');
      for (const call of ['write', 'sync', 'rename'] as const) {
        const error = await failureOf(writeFileAtomically(path, 'new', simulated({ [call]: () => failing(code) })));
        expect(error).toBeInstanceOf(MachineError);
        expect(error).toMatchObject({ code: expected, message: expect.stringMatching(message) as string });
        expect(readFileSync(path, 'utf8')).toBe('earlier');
        expect(readdirSync(folder)).toEqual(['model.bin']);
      }
    });

  it('passes on an error of what makes the content, and leaves nothing behind', async () => {
    function* broken(): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new RangeError('no more');
    }
    await expect(writeFileAtomically(path, broken())).rejects.toThrow(RangeError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not mind a file system that cannot flush folders', async () => {
    let calls = 0;
    await writeFileAtomically(path, 'new', simulated({ sync: () => (++calls === 1 ? Promise.resolve() : failing('EINVAL')) }));
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('says that a folder may not be written', async () => {
    chmodSync(folder, 0o500);
    await expect(writeFileAtomically(path, 'new')).rejects.toMatchObject({ code: 'not-writable' });
  });

  it('says that a folder is not there', async () => {
    await expect(writeFileAtomically(join(folder, 'absent', 'file'), 'new')).rejects.toMatchObject({ code: 'write-failed' });
  });
});
