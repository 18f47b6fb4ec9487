import { InputError, UsageError } from '../../shared/domain/errors.ts';
import { isTrainable, type TrainableTask } from '../engine/tasks/index.ts';
import { loadTokenizer } from '../engine/tokenizers/load.ts';
import type { Tokenizer } from '../engine/tokenizers/tokenizer.ts';
import { readConfig, type BertConfig } from '../engine/weights/config.ts';
import { isRun, readRunRecord } from './run-record.ts';

/** A fine-tuned model, ready to be given texts. Its weights are read by the compute process alone. */
export interface FinishedModel {
  readonly folder: string;
  readonly task: TrainableTask;
  /** None for regression. */
  readonly labels: readonly string[];
  readonly tokenizer: Tokenizer;
  /** Tokens it reads at most, special ones included. */
  readonly maxLength: number;
}

/**
 * Opens a fine-tuned model in Hugging Face layout.
 * @param wish the task, where the folder must not tell it. @throws InputError for an encoder without a task; UsageError when `wish` does not fit
 */
export async function openFinishedModel(folder: string, wish?: TrainableTask): Promise<FinishedModel> {
  const config = await readConfig(folder);
  if (!config.architectures.includes('BertForSequenceClassification')) {
    throw new InputError('model-without-task', `The model in ${folder} is not fine-tuned for a task known here; fine-tune it first with "sesame train --model ${folder}".`);
  }
  const kind = kindOf(config), told = isRun(folder) ? (await readRunRecord(folder)).task : kind, task = wish ?? told;
  if (!isTrainable(task) || (task === 'pair' ? 'classification' : task) !== kind) throw new UsageError('task-unfit', `The model in ${folder} is fine-tuned for ${told}; leave out --task ${task}.`);
  const tokenizer = await loadTokenizer(folder);
  return { folder, task, labels: kind === 'regression' ? [] : (config.id2label ?? ['LABEL_0', 'LABEL_1']), tokenizer, maxLength: Math.min(config.maxPositionEmbeddings, tokenizer.maxLength ?? Infinity) };
}

/** A model's files never tell a classification of one text from one of two. */
function kindOf({ problemType, id2label }: BertConfig): Exclude<TrainableTask, 'pair'> {
  if (problemType === 'multi_label_classification') return 'multilabel';
  return problemType === 'regression' || (!problemType && id2label?.length === 1) ? 'regression' : 'classification';
}
