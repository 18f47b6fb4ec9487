import { readConfig } from '../../engine/weights/config.ts';
import { device } from '../../engine/session/device.ts';
import { InferenceModel } from '../../engine/session/inference-model.ts';
import { predict } from '../../engine/train/evaluate.ts';
import type { JobEvents, JobResults, PredictJob } from '../../runs/jobs.ts';
import type { Inbox } from './inbox.ts';

const batching = { batchSize: Infinity, tokenBudget: 16_384, lengthMultiple: 1 };

/** Logits of every row by a fine-tuned model, portion by portion. */
export async function predictJob({ folder, padId, threads }: PredictJob, { inbox, report }: { inbox: Inbox; report: (event: JobEvents['predict']) => void }): Promise<JobResults['predict']> {
  const model = await InferenceModel.load(folder, await readConfig(folder), device('cpu', threads));
  for await (const rows of inbox) report({ type: 'logits', logits: await predict(model, rows, { padId, batching }) });
  model.dispose();
  return {};
}
