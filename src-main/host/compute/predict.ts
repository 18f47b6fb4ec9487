import { readConfig } from '../../engine/weights/config.ts';
import { device } from '../../engine/session/device.ts';
import { InferenceModel } from '../../engine/session/inference-model.ts';
import { predict } from '../../engine/train/evaluate.ts';
import type { JobEvents, JobResults, PredictJob } from '../../runs/jobs.ts';

const tokenBudget = 16_384;

/** Logits of every row by a fine-tuned model. */
export async function predictJob(job: PredictJob, { report, whenCancelled }: { report: (event: JobEvents['predict']) => void; whenCancelled: (terminate: () => void) => void }): Promise<JobResults['predict']> {
  const model = await InferenceModel.load(job.folder, await readConfig(job.folder), device('cpu', job.threads));
  whenCancelled(() => model.terminate());
  const onProgress = (done: number, total: number) => report({ type: 'progress', done, total });
  const logits = await predict(model, job.features, { padId: job.padId, batching: { batchSize: Infinity, tokenBudget, lengthMultiple: 1 }, onProgress });
  model.dispose();
  return { logits };
}
