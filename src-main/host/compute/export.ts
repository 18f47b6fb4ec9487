import { join } from 'node:path';
import { exportHuggingFace } from '../../engine/export/hugging-face.ts';
import { exportOnnx, type ExportedModel } from '../../engine/export/onnx.ts';
import { comparePredictions, writeParity, type ParityReport } from '../../engine/export/parity.ts';
import { readTrainedModel, type TrainedModel } from '../../engine/export/trained-model.ts';
import { device } from '../../engine/session/device.ts';
import { OnnxFile } from '../../engine/session/onnx-file.ts';
import { InferenceModel } from '../../engine/session/inference-model.ts';
import { rowCount } from '../../engine/tasks/features.ts';
import { taskDefinition } from '../../engine/tasks/index.ts';
import { evaluationBatches, inputArrays } from '../../engine/train/batches.ts';
import type { LabelledFeatures } from '../../engine/train/trainee.ts';
import { readConfig } from '../../engine/weights/config.ts';
import type { ExportJob, JobEvents, JobResults } from '../../runs/jobs.ts';

interface Around {
  readonly report: (event: JobEvents['export']) => void;
  readonly whenCancelled: (terminate: () => void) => void;
}

/** Small batches: the file's own runtime shares the memory with the engine. */
const batching = { batchSize: Infinity, tokenBudget: 4096, lengthMultiple: 1 };

/** Writes a model in one format; an ONNX file is compared with the engine on the rows of the job, and `parity.json` says how they agree. */
export async function exportJob(job: ExportJob, { report, whenCancelled }: Around): Promise<JobResults['export']> {
  const controller = new AbortController(), { signal } = controller, { format, out } = job;
  whenCancelled(() => controller.abort());
  report({ type: 'stage', stage: 'writing' });
  const model = await readTrainedModel(job.folder, { task: job.task });
  if (format === 'hf') return { files: await exportHuggingFace(model, { signal }, out) };
  const exported = await exportOnnx(model, { format, signal }, out);
  if (!job.rows) return { files: exported.sizes };
  report({ type: 'stage', stage: 'comparing' });
  const parity = await compare({ ...job, format, rows: job.rows }, model, exported, signal);
  await writeParity(out, parity);
  return { files: exported.sizes, parity };
}

async function compare(job: ExportJob & { format: ParityReport['format']; rows: LabelledFeatures }, model: TrainedModel, { modelFile, sizes }: ExportedModel, signal: AbortSignal): Promise<ParityReport> {
  const { folder, format, out, task, labels, padId, threads, rows: { features, targets } } = job, definition = taskDefinition(task), { mainScore } = definition;
  const engine = await InferenceModel.load(folder, await readConfig(folder), device('cpu', threads)), file = await OnnxFile.open(join(out, modelFile), { threads });
  const micros = evaluationBatches(features, batching);
  const report = await comparePredictions({
    model, format, files: sizes, signal, engine: (batch) => engine.outputs(batch), exported: (batch) => file.outputs(batch),
    batches: micros.map((micro) => ({ size: micro.rows.length, length: micro.length, arrays: inputArrays(features, micro, padId) })),
    score: (outputs) => {
      const logits = new Float32Array(rowCount(features) * Math.max(1, labels.length)), width = logits.length / rowCount(features);
      micros.forEach(({ rows }, index) => rows.forEach((row, place) => logits.set((outputs[index]?.get('logits') as Float32Array).subarray(place * width, (place + 1) * width), row * width)));
      return { [mainScore]: (definition.score(logits, targets, labels, 0).scores as unknown as Record<string, number>)[mainScore] as number };
    },
  });
  engine.dispose();
  await file.dispose();
  return report;
}
