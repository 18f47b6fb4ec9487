import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../../shared/domain/errors.ts';
import { readCheckpoint, writeCheckpoint } from '../../../src-main/engine/train/checkpoint.ts';
import { start, withEvaluation } from '../../../src-main/engine/train/progress.ts';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'checkpoint-')); });
afterEach(() => rm(folder, { recursive: true }));

const state = { weights: Float32Array.of(1, -0, 1e-42), firstMoments: Float32Array.of(0.1, 2, 3), secondMoments: Float32Array.of(4, 5, 6) };

describe('A checkpoint', () => {
  test('gives back the same bits and the same progress', async () => {
    const progress = withEvaluation({ ...start, step: 7, seconds: 1.5, tokens: 99 }, { epoch: 1, step: 7, loss: 0.3, scores: { accuracy: 0.8 } }, 0.8);
    await writeCheckpoint(folder, state, progress);
    expect(await readCheckpoint(folder, 3)).toEqual({ state, progress });
  });

  test('of another model is refused', async () => {
    await writeCheckpoint(folder, state, start);
    await expect(readCheckpoint(folder, 4)).rejects.toThrow(InputError);
  });
});

describe('Progress', () => {
  const evaluation = { epoch: 1, step: 1, loss: 1, scores: {} };

  test('counts evaluations without gain from the best on', () => {
    const after = [0.5, 0.4, 0.5, 0.6, 0.1].reduce((progress, score) => withEvaluation(progress, evaluation, score), start);
    expect(after.best?.score).toBe(0.6);
    expect(after.withoutGain).toBe(1);
  });

  test('never prefers an undefined score', () => {
    const after = [NaN, 0.1, NaN].reduce((progress, score) => withEvaluation(progress, evaluation, score), start);
    expect(after.best?.score).toBe(0.1);
  });
});
