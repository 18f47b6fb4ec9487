import { join } from 'node:path';
import type { ConfidenceInterval } from '../../../shared/domain/metrics.ts';
import type { Task } from '../../../shared/domain/tasks.ts';
import { makeFolder, writeFileAtomically } from '../weights/atomic.ts';
import { onnxFiles, onnxFormats, type OnnxFormat } from './formats.ts';
import { escaped, frontMatter, table } from './markdown.ts';
import { usage } from './model-card-usage.ts';
import type { ParityReport } from './parity.ts';

/** What is known of a model. What is not known is left out of its card, never guessed. */
export interface ModelFacts {
  readonly name: string;
  readonly task: Task;
  /** What is in the folder. */
  readonly formats: readonly ('hf' | OnnxFormat)[];
  readonly labels?: readonly string[];
  /** BCP 47 codes: `en`, `zh`. */
  readonly languages?: readonly string[];
  /** An SPDX identifier in lower case, as the hub writes it: `apache-2.0`. */
  readonly license?: string;
  /** `hubId` is its name on the Hugging Face hub, `hash` the SHA-256 of its weights. */
  readonly baseModel?: { readonly name: string; readonly hubId?: string; readonly hash?: string };
  /** Texts in each split. */
  readonly data?: { readonly name?: string; readonly train?: number; readonly dev?: number; readonly test?: number };
  readonly scores?: readonly SplitScores[];
  readonly training?: { readonly hyperparameters?: Readonly<Record<string, string | number | boolean>>; readonly seed?: number; readonly device?: string; readonly seconds?: number; readonly bestEpoch?: number };
  readonly maxLength?: number;
  readonly parity?: readonly ParityReport[];
}

export interface SplitScores {
  readonly split: 'dev' | 'test';
  readonly scores: readonly { readonly name: string; readonly value: number; readonly interval?: ConfidenceInterval }[];
}

const pipelineTags: Readonly<Record<Task, string>> = {
  classification: 'text-classification', multilabel: 'text-classification', regression: 'text-classification', pair: 'text-classification',
  pos: 'token-classification', ner: 'token-classification', qa: 'question-answering',
};

const taskSentences: Readonly<Record<Task, string>> = {
  classification: 'gives a text one of its labels', multilabel: 'gives a text any number of its labels', regression: 'gives a text a number', pair: 'gives a pair of texts one of its labels',
  pos: 'gives every token of a text one of its labels', ner: 'finds entities in a text', qa: 'finds the answer to a question in a passage',
};

/** The names the hub knows our scores by; others have none there. */
const hubMetrics: Readonly<Record<string, string>> = {
  accuracy: 'accuracy', f1: 'f1', macroF1: 'f1', microF1: 'f1', weightedF1: 'f1', precision: 'precision', recall: 'recall', mcc: 'matthews_correlation', auc: 'roc_auc',
  exactMatch: 'exact_match', pearson: 'pearsonr', spearman: 'spearmanr', meanSquaredError: 'mse', meanAbsoluteError: 'mae',
};

/** Writes the model card, `README.md`. @throws {MachineError} as `writeFileAtomically` */
export async function writeModelCard(folder: string, facts: ModelFacts): Promise<void> {
  await makeFolder(folder);
  await writeFileAtomically(join(folder, 'README.md'), modelCard(facts));
}

/** A Hugging Face model card: Markdown under a block of YAML. */
export function modelCard(facts: ModelFacts): string {
  const { name, task, labels, maxLength, baseModel } = facts;
  const base = baseModel ? `, fine-tuned from ${escaped(baseModel.name)}` : '';
  const sections: readonly (readonly [string, string | undefined])[] = [
    ['Labels', labels?.length ? labels.map((label, id) => `${id}. ${escaped(label)}`).join('\n') : undefined],
    ['Data', dataSection(facts)],
    ['Scores', scoreSection(facts)],
    ['Training', trainingSection(facts)],
    ['Exported files', paritySection(facts)],
    ['Use', usage(facts)],
  ];
  return [
    header(facts),
    `# ${escaped(name)}`,
    `A BERT model that ${taskSentences[task]}${base}.${maxLength === undefined ? '' : ` It reads up to ${maxLength} tokens.`} Made with Sesame Studio.`,
    ...sections.flatMap(([title, body]) => (body ? [`## ${title}`, body] : [])),
  ].join('\n\n') + '\n';
}

function header({ task, formats, languages, license, baseModel, scores }: ModelFacts): string {
  const metrics = new Set(scores?.flatMap((split) => split.scores.map((score) => hubMetrics[score.name])).filter((metric) => metric !== undefined));
  return frontMatter({
    language: languages, license, base_model: baseModel?.hubId, library_name: formats.includes('hf') ? 'transformers' : 'transformers.js', pipeline_tag: pipelineTags[task],
    tags: ['bert', 'sesame-studio', task, ...(onnxFormats.some((format) => formats.includes(format)) ? ['onnx'] : [])], metrics: [...metrics],
  });
}

function dataSection({ data, baseModel }: ModelFacts): string | undefined {
  const sizes = (['train', 'dev', 'test'] as const).flatMap((split) => (data?.[split] === undefined ? [] : [[split, String(data[split])]]));
  const lines = [
    ...(data?.name ? [`The texts are those of ${escaped(data.name)}.`] : []),
    ...(sizes.length ? [table(['split', 'texts'], sizes, [1])] : []),
    ...(baseModel?.hash ? [`Base model: ${escaped(baseModel.name)}, SHA-256 of its weights \`${baseModel.hash}\`.`] : []),
  ];
  return lines.length ? lines.join('\n\n') : undefined;
}

const fixed = (value: number): string => (Number.isFinite(value) ? value.toFixed(4) : 'undefined');

function scoreSection({ scores = [] }: ModelFacts): string | undefined {
  const rows = scores.flatMap(({ split, scores }) => scores.map(({ name, value, interval }) => [split, escaped(name), fixed(value), interval ? `${fixed(interval.low)} to ${fixed(interval.high)}` : '']));
  if (!rows.length) return undefined;
  const levels = new Set(scores.flatMap((split) => split.scores.flatMap(({ interval }) => (interval ? [`${interval.level * 100} %`] : []))));
  return table(['split', 'score', 'value', [...levels, 'interval'].join(' ')], rows, [2, 3]);
}

function trainingSection({ training }: ModelFacts): string | undefined {
  if (!training) return undefined;
  const { hyperparameters = {}, ...circumstances } = training;
  const rows = [...Object.entries(hyperparameters), ...Object.entries(circumstances)].filter(([, value]) => value !== undefined);
  return rows.length ? table(['setting', 'value'], rows.map(([name, value]) => [escaped(name), escaped(String(value))])) : undefined;
}

function paritySection({ parity = [] }: ModelFacts): string | undefined {
  if (!parity.length) return undefined;
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? '' : `${(bytes / 1e6).toFixed(1)} MB`);
  const rows = parity.map(({ format, rows, largestDifference, decisions, files }) => [
    `\`${onnxFiles[format]}\``, megabytes(files[onnxFiles[format]]), String(rows), largestDifference === null ? 'not finite' : largestDifference.toExponential(1),
    decisions ? `${(100 * decisions.share).toFixed(2)} %` : '',
  ]);
  const drops = parity.flatMap(({ format, scores = {} }) => Object.entries(scores).map(([name, { engine, exported }]) => [`\`${onnxFiles[format]}\``, escaped(name), fixed(engine), fixed(exported)]));
  return [
    'Compared with the model as it was trained, on the same texts:',
    table(['file', 'size', 'texts', 'largest difference of a logit', 'equal decisions'], rows, [1, 2, 3, 4]),
    ...(drops.length ? [table(['file', 'score', 'trained model', 'file'], drops, [2, 3])] : []),
    ...parity.flatMap(({ warnings }) => warnings.map(({ message }) => `**Warning:** ${escaped(message)}`)),
  ].join('\n\n');
}
