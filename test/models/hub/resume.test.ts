import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { CancelledError, MachineError } from '../../../shared/domain/errors.ts';
import { listModels } from '../../../src-main/models/store.ts';
import { failureOf } from '../support.ts';
import { sha256 } from './fake-hub.ts';
import { download, entries, hub, library, unfinished, weightBytes, weights } from './setup.ts';

const half = (): number => Math.floor(weightBytes.length / 2);
const breakingOnce = (name: string, earlier: number): number | undefined => (name === weights && earlier === 0 ? half() : undefined);
/** How much of the weights has come. */
const partialBytes = (): number => statSync(join(library, 'models', entries()[0]!, `${weights}.partial`)).size;

describe('a connection that breaks', () => {
  it('is taken up again where it broke', async () => {
    hub.behaviour.breakAfter = breakingOnce;
    await download();
    expect(hub.ranges(weights)).toEqual([undefined, `bytes=${half()}-`]);
    expect(hub.seen.findLast(({ path }) => path.endsWith(weights))?.headers['if-range']).toBe('"storage-1"');
  });

  it('may break any number of times as long as something comes', async () => {
    hub.behaviour.breakAfter = (name) => (name === weights ? 300 : undefined);
    await download();
    expect(hub.ranges(weights).length).toBe(Math.ceil(weightBytes.length / 300));
  });

  it('is given up after the last pause if nothing comes, and the next call goes on', async () => {
    hub.behaviour.breakAfter = (name, earlier) => (name === weights ? (earlier === 0 ? half() : 0) : undefined);
    const failure = await failureOf(download());
    expect(failure).toBeInstanceOf(MachineError);
    expect(failure.code).toBe('connection-lost');
    expect(unfinished()).toContain(`${weights}.partial`);
    hub.behaviour.breakAfter = () => undefined;
    hub.seen.length = 0;
    await download();
    expect(hub.ranges(weights)).toEqual([`bytes=${half()}-`]);
    expect(hub.ranges('vocab.txt')).toEqual([]);
    expect(unfinished()).toEqual([]);
  });

  it('begins anew when the storage has another file meanwhile', async () => {
    hub.behaviour.breakAfter = (name, earlier) => {
      hub.behaviour.storageTag = '"storage-2"';
      return breakingOnce(name, earlier);
    };
    hub.behaviour.contentOf = (name, bytes) => (name === weights && hub.behaviour.storageTag === '"storage-1"' ? Buffer.alloc(bytes.length) : bytes);
    expect((await download()).weightsHash).toBe(sha256(weightBytes));
  });

  it('begins anew when the storage knows no ranges, though not for ever', async () => {
    hub.behaviour.takesRanges = false;
    hub.behaviour.breakAfter = breakingOnce;
    await download();
    hub.commit = 'c'.repeat(40);
    hub.behaviour.breakAfter = (name) => (name === weights ? half() : undefined);
    expect(await failureOf(download())).toMatchObject({ code: 'connection-lost' });
  });

  it('relies on the checksum where the storage has no ETag', async () => {
    hub.behaviour.storageTag = undefined;
    hub.behaviour.breakAfter = breakingOnce;
    await download();
    expect(hub.ranges(weights)).toEqual([undefined, `bytes=${half()}-`]);
  });

  it('is left when nothing more comes, and taken up again', async () => {
    hub.behaviour.falls = 'silent';
    hub.behaviour.breakAfter = breakingOnce;
    await download({ patience: 1000 });
    expect(hub.ranges(weights)).toEqual([undefined, `bytes=${half()}-`]);
  });
});

describe('what was downloaded', () => {
  it('is refused and removed when its checksum is wrong', async () => {
    hub.behaviour.contentOf = (name, bytes) => (name === weights ? Buffer.from(bytes).fill(1, 0, 1) : bytes);
    const failure = await failureOf(download());
    expect(failure).toMatchObject({ code: 'checksum-wrong', message: expect.stringContaining(`“${weights}”`) });
    expect(unfinished()).not.toContain(`${weights}.partial`);
    expect((await listModels(library)).models).toEqual([]);
  });

  it('is fetched once more from the start when two parts do not fit together', async () => {
    hub.behaviour.breakAfter = breakingOnce;
    let isSpoilt = true;
    hub.behaviour.contentOf = (name, bytes) => {
      if (name !== weights || !isSpoilt) return bytes;
      isSpoilt = false;
      return Buffer.alloc(bytes.length);
    };
    expect((await download()).weightsHash).toBe(sha256(weightBytes));
    expect(hub.ranges(weights)).toEqual([undefined, `bytes=${half()}-`, undefined]);
  });

  it('is refused when it is longer or shorter than the hub said', async () => {
    for (const change of [(bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')]), (bytes: Buffer) => bytes.subarray(1)]) {
      hub.behaviour.contentOf = (name, bytes) => (name === weights ? change(bytes) : bytes);
      expect(await failureOf(download())).toMatchObject({ code: 'checksum-wrong' });
    }
  });

  it('is not taken beyond its size, however much the storage sends', async () => {
    hub.behaviour.contentOf = (name, bytes) => (name === weights ? Buffer.alloc(5_000_000) : bytes);
    const positions: number[] = [];
    let totalBytes = 0;
    await failureOf(download({ onProgress: (progress) => { positions.push(progress.doneBytes); ({ totalBytes } = progress); } }));
    expect(Math.max(...positions)).toBeLessThanOrEqual(totalBytes);
  });

  it('is refused when a file of an earlier call was changed meanwhile', async () => {
    hub.behaviour.breakAfter = (name) => (name === weights ? 0 : undefined);
    await failureOf(download());
    const [left] = entries();
    writeFileSync(join(library, 'models', left!, weights), Buffer.alloc(weightBytes.length));
    hub.behaviour.breakAfter = () => undefined;
    expect((await download()).weightsHash).toBe(sha256(weightBytes));
  });
});

describe('stopping a download', () => {
  it('keeps what has come, and the next call goes on', async () => {
    const stop = new AbortController();
    hub.behaviour.falls = 'silent';
    hub.behaviour.breakAfter = breakingOnce;
    const stopped = failureOf(download({ signal: stop.signal }));
    await vi.waitFor(() => expect(partialBytes()).toBe(half()), { timeout: 10_000, interval: 20 });
    stop.abort();
    expect(await stopped).toBeInstanceOf(CancelledError);
    expect(unfinished()).toContain(`${weights}.partial`);
    hub.seen.length = 0;
    await download();
    expect(hub.ranges(weights)).toEqual([`bytes=${half()}-`]);
  });

  it('ends a pause between two tries at once', async () => {
    hub.behaviour.answer = () => ({ status: 503 });
    const stopped = failureOf(download({ signal: AbortSignal.timeout(50), pauses: [60_000] }));
    expect(await stopped).toBeInstanceOf(CancelledError);
  });
});
