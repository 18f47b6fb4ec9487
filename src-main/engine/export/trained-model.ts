import { InputError } from '../../../shared/domain/errors.ts';
import type { Task } from '../../../shared/domain/tasks.ts';
import { buildModel, type Model } from '../nn/heads.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { readConfig, type BertConfig } from '../weights/config.ts';
import { readModelWeights } from '../weights/folder.ts';
import { matchParameters } from '../weights/names.ts';
import type { Weights } from '../weights/tensors.ts';

/** Hugging Face's class of each head a model is fine-tuned with. */
export const headClasses = {
  'sequence-classification': 'BertForSequenceClassification',
  'token-classification': 'BertForTokenClassification',
  'question-answering': 'BertForQuestionAnswering',
} as const;
export type TrainedHead = keyof typeof headClasses;

/** All there is to a fine-tuned model. */
export interface TrainedModel {
  /** With the names of the classes in `id2label`, except for question answering, which has none. */
  readonly config: BertConfig;
  readonly head: TrainedHead;
  readonly task: Task;
  /** By Hugging Face's names. */
  readonly weights: Weights;
  readonly tokenizer: Tokenizer;
  /** Longest sequence in tokens it is meant to read, special ones included. */
  readonly maxLength: number;
}

/** What a folder does not say by itself. */
export interface KnownOfModel {
  /** Tells a model of pairs from one of single texts. */
  readonly task?: Task;
  /** The length it was trained with. */
  readonly maxLength?: number;
}

/**
 * Reads a fine-tuned model from a folder in Hugging Face layout.
 * @throws {InputError} `export-not-fine-tuned`; and as `readConfig`, `readModelWeights`, `loadTokenizer`
 */
export async function readTrainedModel(folder: string, known: KnownOfModel = {}): Promise<TrainedModel> {
  const config = await readConfig(folder);
  const head = headOf(folder, config);
  const tokenizer = await loadTokenizer(folder);
  return {
    config, head, tokenizer, task: known.task ?? taskOf(head, config), weights: await readModelWeights(folder),
    maxLength: known.maxLength ?? Math.min(config.maxPositionEmbeddings, tokenizer.maxLength ?? Infinity),
  };
}

function headOf(folder: string, { architectures }: BertConfig): TrainedHead {
  const heads = Object.keys(headClasses) as TrainedHead[];
  const head = heads.find((candidate) => architectures.includes(headClasses[candidate]));
  if (head) return head;
  const found = architectures.length ? `is a ${architectures.join(', ')}` : 'does not say in its config.json what it was trained for';
  throw new InputError('export-not-fine-tuned', `The model in “${folder}” ${found}: choose a model that was fine-tuned for a task.`);
}

function taskOf(head: TrainedHead, config: BertConfig): Task {
  if (head === 'question-answering') return 'qa';
  if (head === 'token-classification') return config.id2label?.some((label) => label.startsWith('B-')) ? 'ner' : 'pos';
  if (config.problemType === 'multi_label_classification') return 'multilabel';
  return config.problemType === 'regression' || (!config.problemType && config.id2label?.length === 1) ? 'regression' : 'classification';
}

/** A model whose parts fit together, with the graph of its evaluation. */
export interface CheckedModel extends TrainedModel {
  readonly graph: Model;
}

/**
 * Checks that the parts belong together and names what config.json may leave open.
 * The weights become those of the model, under the names the model has for them.
 * @throws {InputError} `export-labels`, `export-length`, `export-tokenizer`, `weights-incomplete`, `weights-shape`
 */
export function checkModel(model: TrainedModel): CheckedModel {
  const { head, maxLength, tokenizer } = model;
  const id2label = head === 'question-answering' ? undefined : (model.config.id2label ?? ['LABEL_0', 'LABEL_1']);
  checkLabels(id2label);
  // The precision and the place of the base model's files say nothing of the new ones, and transformers would go by them.
  const config: BertConfig = { ...model.config, id2label, architectures: [headClasses[head]], extra: withoutTraces(model.config.extra) };
  if (maxLength > config.maxPositionEmbeddings) {
    throw new InputError('export-length', `The model has positions for ${config.maxPositionEmbeddings} tokens, not for the ${maxLength} it is to be exported with: give a smaller maximum length.`);
  }
  if (tokenizer.vocabularySize > config.vocabSize) {
    throw new InputError('export-tokenizer', `The tokenizer has ${tokenizer.vocabularySize} entries and the model only ${config.vocabSize}: check that they belong together.`);
  }
  const graph = buildModel(config, head);
  const expected = graph.parameters.flatMap(({ parts }) => parts.map(({ name, shape }) => [name, shape] as const));
  const { found, missing } = matchParameters(model.weights, new Map(expected));
  if (missing.length) throw new InputError('weights-incomplete', `The model lacks ${missing.length} of its ${expected.length} weights, such as “${missing[0]}”: check that they belong to its config.json.`);
  return { ...model, config, weights: found, graph };
}

function checkLabels(labels: readonly string[] | undefined): void {
  if (labels?.length === 0) throw new InputError('export-labels', 'The model has no classes: its config.json names none in “id2label”.');
  const repeated = labels?.find((label, index) => labels.indexOf(label) !== index);
  if (repeated !== undefined) throw new InputError('export-labels', `Two classes of the model are called “${repeated}”: give each a name of its own in config.json.`);
}

const traces = new Set(['dtype', 'torch_dtype', '_name_or_path', 'transformers.js_config']);
const withoutTraces = (extra: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(extra).filter(([key]) => !traces.has(key)));
