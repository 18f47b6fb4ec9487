import { join } from 'node:path';
import { InputError } from '../../../shared/domain/errors.ts';
import { makeFolder, writeFileAtomically } from './atomic.ts';
import { isObject, quote, readJsonObject } from './reading.ts';

export const hiddenActs = ['gelu', 'gelu_new', 'relu', 'silu'] as const;
/** `gelu` is the exact one, by erf; `gelu_new` its approximation by tanh. */
export type HiddenAct = (typeof hiddenActs)[number];

export const problemTypes = ['single_label_classification', 'multi_label_classification', 'regression'] as const;
export type ProblemType = (typeof problemTypes)[number];

/** A BERT's config.json. Sizes are counts of elements, dropouts probabilities below 1. */
export interface BertConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  /** Divides `hiddenSize`. */
  readonly numAttentionHeads: number;
  readonly intermediateSize: number;
  readonly hiddenAct: HiddenAct;
  readonly hiddenDropoutProb: number;
  readonly attentionProbsDropoutProb: number;
  /** Null: as `hiddenDropoutProb`. */
  readonly classifierDropout: number | null;
  /** Longest sequence in wordpieces, special ones included. */
  readonly maxPositionEmbeddings: number;
  readonly typeVocabSize: number;
  readonly initializerRange: number;
  readonly layerNormEps: number;
  readonly padTokenId: number;
  readonly tieWordEmbeddings: boolean;
  /** Names of the classes by number; undefined where the file names none. */
  readonly id2label: string[] | undefined;
  readonly problemType?: ProblemType;
  /** Hugging Face's class names, such as `BertForTokenClassification`. */
  readonly architectures: string[];
  /** Every other key, as the file has it. Among them `dtype`, by which transformers chooses the precision it loads in. */
  readonly extra: Record<string, unknown>;
}

const fileName = 'config.json';
/** Room for the names of a hundred thousand classes. */
const maxFileBytes = 20_000_000;
/** Twenty times the largest BERT; with more, one of the sizes is a slip. */
const maxParameters = 1e10;

/** Other names in transformers for the same functions. */
const actSynonyms: ReadonlyMap<unknown, HiddenAct> = new Map([
  ...hiddenActs.map((name) => [name, name] as const),
  ['gelu_python', 'gelu'], ['gelu_fast', 'gelu_new'], ['gelu_pytorch_tanh', 'gelu_new'], ['swish', 'silu'],
]);

/** Keys that have a field of their own, or follow from one. */
const knownKeys = new Set([
  'model_type', 'vocab_size', 'hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size', 'hidden_act', 'hidden_dropout_prob',
  'attention_probs_dropout_prob', 'classifier_dropout', 'max_position_embeddings', 'type_vocab_size', 'initializer_range', 'layer_norm_eps',
  'pad_token_id', 'tie_word_embeddings', 'id2label', 'label2id', 'num_labels', 'problem_type', 'architectures',
]);

/**
 * Reads `config.json`. What a file leaves out has Hugging Face's default, except the sizes of the network, which must be there.
 * @throws {InputError} `file-missing`, `json-damaged`, `config-unsupported` (no BERT, or a kind of it that is not trained here), `config-invalid`
 */
export async function readConfig(folder: string): Promise<BertConfig> {
  const path = join(folder, fileName);
  return parseConfig(path, await readJsonObject(path, maxFileBytes));
}

function parseConfig(path: string, json: Record<string, unknown>): BertConfig {
  checkKind(path, json);
  const size = (key: string, most: number, fallback?: number): number =>
    take(path, json, key, fallback, (value): value is number => Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most, `a whole number from 1 to ${most}`);
  const probability = (key: string, fallback: number): number =>
    take(path, json, key, fallback, (value): value is number => typeof value === 'number' && value >= 0 && value < 1, 'a number from 0 to below 1');
  const config: BertConfig = {
    vocabSize: size('vocab_size', 10_000_000),
    hiddenSize: size('hidden_size', 65_536),
    numHiddenLayers: size('num_hidden_layers', 1024),
    numAttentionHeads: size('num_attention_heads', 1024),
    intermediateSize: size('intermediate_size', 1_000_000),
    hiddenAct: parseHiddenAct(path, json['hidden_act'] ?? 'gelu'),
    hiddenDropoutProb: probability('hidden_dropout_prob', 0.1),
    attentionProbsDropoutProb: probability('attention_probs_dropout_prob', 0.1),
    classifierDropout: isAbsent(json['classifier_dropout']) ? null : probability('classifier_dropout', 0),
    maxPositionEmbeddings: size('max_position_embeddings', 1_000_000, 512),
    typeVocabSize: size('type_vocab_size', 1024, 2),
    initializerRange: take(path, json, 'initializer_range', 0.02, isPositive, 'a number above 0'),
    layerNormEps: take(path, json, 'layer_norm_eps', 1e-12, isPositive, 'a number above 0'),
    padTokenId: take(path, json, 'pad_token_id', 0, (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0, 'a whole number from 0 on'),
    tieWordEmbeddings: take(path, json, 'tie_word_embeddings', true, (value) => typeof value === 'boolean', 'true or false'),
    id2label: parseLabels(path, json),
    ...(isAbsent(json['problem_type']) ? {} : { problemType: take(path, json, 'problem_type', undefined, isProblemType, `one of ${problemTypes.join(', ')}`) }),
    architectures: take(path, json, 'architectures', [], isTextList, 'a list of names'),
    extra: Object.fromEntries(Object.entries(json).filter(([key]) => !knownKeys.has(key))),
  };
  checkSizes(path, config);
  return config;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const isPositive = (value: unknown): value is number => typeof value === 'number' && value > 0 && Number.isFinite(value);
const isProblemType = (value: unknown): value is ProblemType => problemTypes.includes(value as ProblemType);
const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

const invalid = (path: string, reason: string): InputError => new InputError('config-invalid', `“${path}” is not usable: ${reason}; check the file or download the model again.`);
const unsupported = (path: string, reason: string): InputError => new InputError('config-unsupported', `“${path}” ${reason}: choose a BERT encoder.`);

/** The value of a key, or the fallback where the file has none; a missing value without a fallback is an error like a wrong one. */
function take<T>(path: string, json: Record<string, unknown>, key: string, fallback: T | undefined, isRight: (value: unknown) => value is T, needed: string): T {
  const value = json[key] ?? fallback;
  if (!isRight(value)) throw invalid(path, value === undefined ? `it does not say “${key}”` : `its “${key}” must be ${needed}`);
  return value;
}

/** What would load without complaint but compute something else is refused. */
function checkKind(path: string, json: Record<string, unknown>): void {
  const kind = json['model_type'];
  if (kind !== 'bert') throw unsupported(path, kind === undefined ? 'does not say its model_type, which must be “bert”' : `describes a model of the type ${quote(kind)}, not “bert”`);
  const positions = json['position_embedding_type'] ?? 'absolute';
  if (positions !== 'absolute') throw unsupported(path, `asks for position embeddings of the type ${quote(positions)}; only “absolute” ones can be trained`);
  if (json['is_decoder'] === true || json['add_cross_attention'] === true) throw unsupported(path, 'describes a decoder');
}

function parseHiddenAct(path: string, value: unknown): HiddenAct {
  const act = actSynonyms.get(value);
  if (!act) throw unsupported(path, `asks for the activation ${quote(value)}; only ${hiddenActs.join(', ')} can be trained`);
  return act;
}

function parseLabels(path: string, json: Record<string, unknown>): string[] | undefined {
  const { id2label, num_labels: count } = json;
  if (isAbsent(id2label)) {
    // Early configurations give the number of classes alone; Hugging Face names them so.
    const isCount = Number.isSafeInteger(count) && Number(count) >= 1 && Number(count) <= 1_000_000;
    return isCount ? Array.from({ length: Number(count) }, (_, id) => `LABEL_${id}`) : undefined;
  }
  const labels = isObject(id2label) ? Object.keys(id2label).map((_, id) => id2label[id]) : undefined;
  if (!isTextList(labels)) throw invalid(path, 'its “id2label” must name the classes 0, 1, 2 and so on');
  return labels;
}

function checkSizes(path: string, config: BertConfig): void {
  const { vocabSize, hiddenSize, numHiddenLayers, numAttentionHeads, intermediateSize, maxPositionEmbeddings, padTokenId } = config;
  if (hiddenSize % numAttentionHeads !== 0) throw invalid(path, `its hidden_size ${hiddenSize} cannot be divided among ${numAttentionHeads} attention heads`);
  if (padTokenId >= vocabSize) throw invalid(path, `its pad_token_id ${padTokenId} is not in its vocabulary of ${vocabSize}`);
  const parameters = (vocabSize + maxPositionEmbeddings) * hiddenSize + numHiddenLayers * hiddenSize * (4 * hiddenSize + 2 * intermediateSize);
  if (parameters > maxParameters) throw invalid(path, `its sizes make a model of ${Math.round(parameters / 1e9)} billion parameters`);
}

/**
 * Writes `config.json` with Hugging Face's keys, in alphabetical order as it writes them; makes the folder if need be.
 * @throws {MachineError} as `writeFileAtomically`
 */
export async function writeConfig(folder: string, config: BertConfig): Promise<void> {
  const labels = config.id2label?.map((label, id) => [label, id] as const);
  const json: Record<string, unknown> = {
    ...config.extra,
    model_type: 'bert',
    architectures: config.architectures,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    intermediate_size: config.intermediateSize,
    hidden_act: config.hiddenAct,
    hidden_dropout_prob: config.hiddenDropoutProb,
    attention_probs_dropout_prob: config.attentionProbsDropoutProb,
    classifier_dropout: config.classifierDropout,
    max_position_embeddings: config.maxPositionEmbeddings,
    type_vocab_size: config.typeVocabSize,
    initializer_range: config.initializerRange,
    layer_norm_eps: config.layerNormEps,
    pad_token_id: config.padTokenId,
    tie_word_embeddings: config.tieWordEmbeddings,
    ...(labels ? { id2label: Object.fromEntries(labels.map(([label, id]) => [id, label])), label2id: Object.fromEntries(labels) } : {}),
    ...(config.problemType ? { problem_type: config.problemType } : {}),
  };
  const ordered = Object.fromEntries(Object.entries(json).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  await makeFolder(folder);
  await writeFileAtomically(join(folder, fileName), JSON.stringify(ordered, null, 2) + '\n');
}
