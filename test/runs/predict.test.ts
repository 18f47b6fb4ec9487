import { describe, expect, it } from 'vitest';
import { whatIsThere } from '../../src-main/runs/predict.ts';

const pause = () => new Promise<void>((resolve) => { setTimeout(resolve, 5); });

async function portionsOf<T>(items: AsyncIterable<T>, most: number): Promise<T[][]> {
  const portions: T[][] = [];
  for await (const portion of whatIsThere(items, most)) portions.push(portion);
  return portions;
}

describe('whatIsThere', () => {
  it('takes together what is there, up to a number', async () => {
    expect(await portionsOf((async function* () { yield* [1, 2, 3, 4, 5]; })(), 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(await portionsOf((async function* () { yield* [1, 2, 3, 4]; })(), 2)).toEqual([[1, 2], [3, 4]]);
    expect(await portionsOf((async function* () { yield* [] as number[]; })(), 2)).toEqual([]);
  });

  it('does not wait for what is not there yet', async () => {
    expect(await portionsOf((async function* () { yield* [1, 2]; await pause(); yield 3; await pause(); })(), 100)).toEqual([[1, 2], [3]]);
  });

  it('gives what came before a failure, then the failure', async () => {
    const portions = whatIsThere((async function* () { yield* [1, 2]; throw new Error('broken'); })(), 100);
    expect((await portions.next()).value).toEqual([1, 2]);
    await expect(portions.next()).rejects.toThrow('broken');
  });

  it('reads no further ahead than one item', async () => {
    let read = 0;
    const portions = whatIsThere((async function* () { for (;;) yield read++; })(), 10);
    await portions.next();
    await pause();
    expect(read).toBeLessThanOrEqual(12);
  });
});
