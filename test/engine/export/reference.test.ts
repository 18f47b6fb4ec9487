import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/domain/tasks.ts';
import { exportHuggingFace } from '../../../src-main/engine/export/hugging-face.ts';
import { onnxFiles, type OnnxFormat } from '../../../src-main/engine/export/formats.ts';
import { exportOnnx } from '../../../src-main/engine/export/onnx.ts';
import { comparePredictions } from '../../../src-main/engine/export/parity.ts';
import { OnnxFile } from '../../../src-main/engine/session/onnx-file.ts';
import { flatten, microBatch, microReference, microSession } from '../../support/micro.ts';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { exportAndRun, largestDifference, microModel, run, temporaryFolder } from './support.ts';

const root = temporaryFolder();
const models: readonly (readonly [name: string, task: Task])[] = [
  ['sequence-classification', 'classification'], ['multi-label-classification', 'multilabel'], ['regression', 'regression'], ['token-classification', 'pos'], ['question-answering', 'qa'],
];
const formats: readonly (readonly [OnnxFormat, tolerance: number])[] = [['onnx', 1e-5], ['onnx-fp16', 3e-3], ['onnx-int8', 1.5e-2]];

describe.skipIf(materialIsAbsent)('the reference models', () => {
  it.each(models.flatMap(([name, task]) => formats.map(([format, tolerance]) => ({ name, task, format, tolerance }))))('$name as $format predicts what transformers does', async ({ name, task, format, tolerance }) => {
    const [outputs] = await exportAndRun(await microModel(name, task), format, join(root, name), [microBatch(name)]);
    for (const [output, values] of outputs!) expect(largestDifference(values, flatten(microReference(name)[output] as number[]))).toBeLessThan(tolerance);
  });

  it.each(models)('%s is the same in the engine and in its file, and survives a folder in Hugging Face layout', async (name, task) => {
    const folder = join(root, `${name}-again`), model = await microModel(name, task), batch = microBatch(name);
    await exportHuggingFace(model, {}, folder);
    const { modelFile, sizes } = await exportOnnx(folder, { format: 'onnx' }, folder);
    const session = await microSession(name, 'cpu'), file = await OnnxFile.open(join(folder, modelFile), { threads: 1 });
    const report = await comparePredictions({ model, format: 'onnx', batches: [batch, batch], engine: (rows) => session.outputs(rows), exported: (rows) => file.outputs(rows), files: sizes });
    expect(report.largestDifference).toBeLessThan(1e-5);
    expect(report).toMatchObject({ rows: 2 * batch.size, warnings: [], ...(task !== 'regression' && { decisions: { share: 1 } }) });
    session.dispose();
    await file.dispose();
  });

  it('are smaller the fewer bits their weights have', async () => {
    const model = await microModel('sequence-classification', 'classification'), folder = join(root, 'sizes');
    const sizes: number[] = [];
    for (const [format] of formats) sizes.push((await exportOnnx(model, { format }, folder)).sizes[onnxFiles[format]] as number);
    const [single, half, integer] = sizes as [number, number, number];
    expect(half).toBeLessThan(0.6 * single);
    expect(integer).toBeLessThan(0.45 * single);
  });
});

describe('a file that is no model', () => {
  it('is refused by its name', async () => {
    await expect(run(join(root, 'absent.onnx'), [])).rejects.toMatchObject({ code: 'onnx-unreadable', message: expect.stringContaining('absent.onnx') as string });
  });
});
