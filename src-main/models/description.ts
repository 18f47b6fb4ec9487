import { InputError } from '../../shared/domain/errors.ts';
import type { Task } from '../../shared/domain/tasks.ts';
import { buildModel, type Head } from '../engine/nn/heads.ts';
import { loadTokenizer } from '../engine/tokenizers/load.ts';
import { readConfig, type BertConfig } from '../engine/weights/config.ts';
import { readModelWeights } from '../engine/weights/folder.ts';
import { isBuffer, matchParameters } from '../engine/weights/names.ts';
import type { Weights } from '../engine/weights/tensors.ts';

/** What a model is, as a list of models shows it. */
export interface ModelDescription {
  /** Numbers that are learnt; tied weights count once. */
  readonly parameters: number;
  /** The task it was fine-tuned for; undefined for an encoder that is yet to be. */
  readonly task: Task | undefined;
  /** The classes of a fine-tuned model, by number. */
  readonly labels: readonly string[];
}

/** Hugging Face's classes for models that were fine-tuned. All others count as encoders. */
const headOf: ReadonlyMap<string, Head> = new Map([
  ['BertForSequenceClassification', 'sequence-classification'],
  ['BertForTokenClassification', 'token-classification'],
  ['BertForQuestionAnswering', 'question-answering'],
]);

/**
 * Loads a model's files as a fine-tuning would, and says what they are.
 * @throws {InputError} `vocabulary-too-large` when the tokenizer gives ids that the weights have no row for, `weights-incomplete`,
 * `weights-shape`; and as `readConfig`, `loadTokenizer`, `readModelWeights`
 */
export async function describeModel(folder: string): Promise<ModelDescription> {
  const config = await readConfig(folder);
  await checkTokenizer(folder, config);
  const weights = await readModelWeights(folder);
  const head = config.architectures.map((name) => headOf.get(name)).find((known) => known !== undefined);
  checkWeights(folder, weights, config, head);
  return { parameters: countParameters(weights, config), task: head && taskOf(config, head), labels: head === undefined || head === 'question-answering' ? [] : (config.id2label ?? []) };
}

/** Without the weights. @throws {InputError} `vocabulary-too-large`; and as `loadTokenizer` */
export async function checkTokenizer(folder: string, { vocabSize }: BertConfig): Promise<void> {
  const { vocabularySize } = await loadTokenizer(folder);
  if (vocabularySize > vocabSize) {
    throw new InputError('vocabulary-too-large', `The tokenizer in “${folder}” has ${vocabularySize} entries and the model only ${vocabSize}: check that its files belong together.`);
  }
}

/** Every weight of the encoder, and of the head of a fine-tuned model, must be there in the shape that config.json asks for. */
function checkWeights(folder: string, weights: Weights, config: BertConfig, head: Head | undefined): void {
  const parts = buildModel(config, head ?? 'token-classification').parameters.flatMap((parameter) => parameter.parts);
  const needed = parts.filter(({ name }) => head !== undefined || name.startsWith('bert.'));
  const { missing } = matchParameters(weights, new Map(needed.map(({ name, shape }) => [name, shape])));
  if (missing.length > 0) {
    throw new InputError('weights-incomplete', `The weights in “${folder}” lack ${missing.length} of the ${needed.length} that the model needs, such as “${missing[0]}”: check that they belong to its config.json.`);
  }
}

const tiedCopies = new Set(['cls.predictions.decoder.weight', 'cls.predictions.decoder.bias']);

function countParameters(weights: Weights, { tieWordEmbeddings }: BertConfig): number {
  const counted = [...weights].filter(([name]) => !isBuffer(name) && !(tieWordEmbeddings && tiedCopies.has(name)));
  return counted.reduce((count, [, { data }]) => count + data.length, 0);
}

/** The files tell entities from parts of speech by their labels only, and never a classification of one text from one of two. */
function taskOf({ problemType, id2label }: BertConfig, head: Head): Task {
  if (head === 'question-answering') return 'qa';
  if (head === 'token-classification') return id2label?.some((label) => /^[BI]-/.test(label)) ? 'ner' : 'pos';
  if (problemType === 'multi_label_classification') return 'multilabel';
  return problemType === 'regression' || id2label?.length === 1 ? 'regression' : 'classification';
}
