import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Outputs } from '../../../src-main/engine/export/decisions.ts';
import { comparePredictions, writeParity, type Comparison, type ParityReport } from '../../../src-main/engine/export/parity.ts';
import { batchOf, failureOf, temporaryFolder } from './support.ts';

const root = temporaryFolder();
const two = batchOf([[2, 3, 3], [2, 3]]);
const logits = (...values: number[]): Outputs => new Map([['logits', Float32Array.from(values)]]);

/** Compares what the engine and a file give for one batch of two rows, of which the second has one place of padding. */
const compare = (engine: Outputs, exported: Outputs, changes: Partial<Comparison> = {}): Promise<ParityReport> => comparePredictions({
  model: { head: 'sequence-classification', task: 'classification' }, format: 'onnx', batches: [two], engine: async () => engine, exported: async () => exported, files: { 'onnx/model.onnx': 7 }, ...changes,
});

describe('the comparison of a file with its model', () => {
  it('finds the largest difference of a logit and counts equal decisions', async () => {
    const report = await compare(logits(1, 2, 5, 4), logits(1, 2.5, 3.75, 4));
    expect(report).toMatchObject({ format: 'onnx', rows: 2, largestDifference: 1.25, tolerance: 1e-4, decisions: { compared: 2, equal: 1, share: 0.5 }, files: { 'onnx/model.onnx': 7 } });
  });

  it('takes the batches as they come', async () => {
    async function* batches() { yield two; yield two; yield two; }
    expect(await compare(logits(1, 2), logits(1, 2), { batches: batches() })).toMatchObject({ rows: 6, warnings: [] });
  });

  it('counts each label of a text with several', async () => {
    const report = await compare(logits(1, -1, 0.1, 2), logits(1, -1, -0.1, 2), { model: { head: 'sequence-classification', task: 'multilabel' } });
    expect(report.decisions).toEqual({ compared: 4, equal: 3, share: 0.75 });
  });

  it('counts no decisions of a regression', async () => {
    const report = await compare(logits(1, 2), logits(1, 2), { model: { head: 'sequence-classification', task: 'regression' } });
    expect(report).not.toHaveProperty('decisions');
  });

  it('looks at real tokens only', async () => {
    const model = { head: 'token-classification', task: 'ner' } as const;
    const report = await compare(logits(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1), logits(0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 9, 0), { model });
    expect(report).toMatchObject({ largestDifference: 1, decisions: { compared: 5, equal: 4 } });
  });

  it('takes an answer as equal only where it begins and ends alike, and never in the padding', async () => {
    const answer = (start: number[], end: number[]): Outputs => new Map([['start_logits', Float32Array.from(start)], ['end_logits', Float32Array.from(end)]]);
    const model = { head: 'question-answering', task: 'qa' } as const;
    const report = await compare(answer([1, 0, 0, 1, 0, 0], [0, 0, 1, 0, 1, 0]), answer([1, 0, 0, 1, 0, 9], [0, 1, 0, 0, 1, 9]), { model });
    expect(report).toMatchObject({ largestDifference: 1, decisions: { compared: 2, equal: 1 } });
  });

  it('scores both', async () => {
    const report = await compare(logits(1, 2), logits(1, 1), { format: 'onnx-int8', score: (outputs) => ({ accuracy: (outputs[0]!.get('logits')![1] as number) / 2 }) });
    expect(report).toMatchObject({ scores: { accuracy: { engine: 1, exported: 0.5, drop: 0.5 } } });
    expect(report.warnings).toEqual([{ code: 'score-drop', message: expect.stringContaining('0.5000 instead of 1.0000 in accuracy') as string }]);
    expect(report).not.toHaveProperty('tolerance');
  });

  it('warns of float32 logits that differ by more than rounding', async () => {
    expect((await compare(logits(1, 2), logits(1, 2.00005))).warnings).toEqual([]);
    expect((await compare(logits(1, 2), logits(1, 2.001))).warnings).toMatchObject([{ code: 'logits-differ' }]);
    expect((await compare(logits(1, 2), logits(1, 2.001), { format: 'onnx-fp16' })).warnings).toEqual([]);
  });

  it.each([[NaN], [Infinity]])('warns of %d among the logits, in any format', async (value) => {
    const report = await compare(logits(1, 2), logits(1, value), { format: 'onnx-fp16' });
    expect(report).toMatchObject({ largestDifference: null, warnings: [{ code: 'logits-not-finite' }] });
  });

  it('warns of an output that the file lacks', async () => {
    expect(await compare(logits(1, 2), new Map([['logits', new Float32Array(1)]]))).toMatchObject({ warnings: [{ code: 'logits-not-finite' }] });
  });

  it('can be stopped between batches', async () => {
    expect(await failureOf(compare(logits(1), logits(1), { signal: AbortSignal.abort() }))).toMatchObject({ code: 'cancelled' });
  });
});

describe('parity.json', () => {
  it('holds a report for each format, the newest', async () => {
    const folder = mkdtempSync(join(root, 'out-'));
    await writeParity(folder, await compare(logits(1, 2), logits(1, 3)));
    await writeParity(folder, await compare(logits(1, 2), logits(1, 2), { format: 'onnx-int8' }));
    await writeParity(folder, await compare(logits(1, 2), logits(1, 2)));
    const reports = JSON.parse(readFileSync(join(folder, 'parity.json'), 'utf8')) as Record<string, ParityReport>;
    expect(Object.entries(reports).map(([format, { largestDifference, warnings }]) => [format, largestDifference, warnings])).toEqual([['onnx', 0, []], ['onnx-int8', 0, []]]);
  });
});
