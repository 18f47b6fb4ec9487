import { InputError } from '../../shared/domain/errors.ts';
import { readExamples, type Example, type RowWarning } from '../datasets/examples.ts';
import { holdOut } from '../datasets/hold-out.ts';
import { collectLabels, requireKnownLabels } from '../datasets/labels.ts';
import { taskDefinition, type TrainableTask } from '../engine/tasks/index.ts';
import { buildFeatures, lengthOf, rowCount, type Features } from '../engine/tasks/features.ts';
import type { Tokenizer } from '../engine/tokenizers/tokenizer.ts';
import type { LabelledFeatures } from '../engine/train/trainee.ts';
import type { DataSource } from './run-record.ts';

export type SplitName = 'train' | 'dev' | 'test';

/** The examples of a run, by split. */
export interface Splits {
  readonly train: readonly Example[];
  readonly dev: readonly Example[];
  readonly test: readonly Example[] | undefined;
  readonly labels: readonly string[];
  /** Whether dev was taken from train because none was given. */
  readonly heldOut: boolean;
  /** Dev rows whose text is a training row's too: scores on them are too good. */
  readonly repeated: number;
  readonly warnings: readonly { readonly file: string; readonly warning: RowWarning }[];
}

const heldOutShare = 0.1, fewestRows = 10;

/** Reads and checks the files of a run. @throws InputError for anything a run could not use */
export async function readSplits(task: TrainableTask, { train, dev, test, format, map }: DataSource, seed: number, signal?: AbortSignal): Promise<Splits> {
  const read = (path: string) => readExamples(path, { task, format, map, signal });
  const training = await read(train), labels = collectLabels<TrainableTask>(training.examples, task);
  const others = { dev: dev === undefined ? undefined : await read(dev), test: test === undefined ? undefined : await read(test) };
  if (task !== 'regression') for (const [split, path] of [['dev', dev], ['test', test]] as const) if (path !== undefined) requireKnownLabels(others[split]?.examples ?? [], labels, path);
  if (training.examples.length < fewestRows) throw new InputError('rows-too-few', `${train} has ${training.examples.length} usable rows; label at least ${fewestRows}, better 100, and train again.`);
  const { kept, heldOut } = others.dev ? { kept: training.examples, heldOut: others.dev.examples } : holdOut(training.examples, ({ label }) => (typeof label === 'number' ? '' : String(label)), heldOutShare, seed);
  if (!heldOut.length) throw new InputError('dev-empty', `${train} has too few rows of each label to set a tenth aside for choosing the best model; give more rows, or a file with --dev.`);
  const warnings = [[train, training], [dev, others.dev], [test, others.test]] as const;
  return {
    train: kept, dev: heldOut, test: others.test?.examples, labels, heldOut: !others.dev, repeated: countRepeated(kept, heldOut),
    warnings: warnings.flatMap(([file, result]) => (result?.warnings ?? []).map((warning) => ({ file: file as string, warning }))),
  };
}

function countRepeated(train: readonly Example[], dev: readonly Example[]): number {
  const keyOf = ({ text, textPair = '' }: Example) => `${text}\0${textPair}`, seen = new Set(train.map(keyOf));
  return dev.filter((row) => seen.has(keyOf(row))).length;
}

export interface EncodeOptions {
  readonly task: TrainableTask;
  readonly labels: readonly string[];
  readonly tokenizer: Tokenizer;
  /** Tokens, special ones included. */
  readonly maxLength: number;
  readonly signal?: AbortSignal | undefined;
}

export interface EncodedSplits {
  readonly train: LabelledFeatures;
  readonly dev: LabelledFeatures;
  readonly test?: LabelledFeatures;
}

export const splitsOf = ({ train, dev, test }: EncodedSplits): LabelledFeatures[] => [train, dev, ...(test ? [test] : [])];

/** Encodes examples with their gold labels. */
export async function encodeExamples(examples: readonly Example[], { task, labels, tokenizer, maxLength, signal }: EncodeOptions): Promise<LabelledFeatures> {
  return { features: await buildFeatures(examples, tokenizer, { maxLength, signal }), targets: taskDefinition(task).encode(examples.map(({ label }) => label), labels) };
}

export async function encodeSplits({ train, dev, test }: Splits, options: EncodeOptions): Promise<EncodedSplits> {
  return { train: await encodeExamples(train, options), dev: await encodeExamples(dev, options), ...(test && { test: await encodeExamples(test, options) }) };
}

/** Tokens of the longest row, at most the length the features were cut to. */
export function longestRow(features: Features): number {
  let longest = 0;
  for (let row = 0; row < rowCount(features); row++) longest = Math.max(longest, lengthOf(features, row));
  return longest;
}
