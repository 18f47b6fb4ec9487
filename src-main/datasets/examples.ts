import { InputError } from '../../shared/domain/errors.ts';
import type { Task } from '../../shared/domain/tasks.ts';
import { detectFormat, importerFor } from './importers/index.ts';
import { cutLabels, findSeparator, labelName, labelNames, labelNumber } from './label-values.ts';
import { columnsOf, mapColumns, valueAt, type ColumnChoice, type ColumnMapping } from './mapping.ts';
import { noRows } from './problems.ts';
import { placeOf, type Format, type ReadOptions, type SourceRecord } from './record.ts';
import { textIn } from './text-values.ts';

/** The tasks whose rows are a text, or two, with a label. */
export type ExampleTask = Extract<Task, 'classification' | 'multilabel' | 'regression' | 'pair'>;

export type Label = string | readonly string[] | number;

/** A name for `classification` and `pair`, names for `multilabel` (none: no label applies), a number for `regression`. */
export type LabelOf<T extends ExampleTask> = T extends 'multilabel' ? readonly string[] : T extends 'regression' ? number : string;

export interface Example<L extends Label = Label> {
  /** The id column's value, or else the row's number. */
  readonly id: string;
  readonly text: string;
  readonly textPair?: string;
  readonly label: L;
  readonly line: number;
  readonly index: number;
}

/** A row that is left out. */
export interface RowWarning {
  readonly line: number;
  readonly index: number;
  readonly code: 'text-empty' | 'label-missing';
  /** Where and why: `line 7 has no text in column “sentence”`. */
  readonly message: string;
}

export interface LabelledExamples<L extends Label> {
  readonly examples: readonly Example<L>[];
  readonly warnings: readonly RowWarning[];
  readonly columns: ColumnMapping;
  readonly format: Format;
  /** What separates several labels in one string; undefined where nothing does. */
  readonly separator: string | undefined;
}

export interface ExampleOptions<T extends ExampleTask> extends ReadOptions {
  readonly task: T;
  /** An importer's name; found from the content if not given. */
  readonly format?: string | undefined;
  readonly map?: ColumnChoice | undefined;
}

/** Rows from which the columns are told: JSON rows need not all have the same. */
const sampleSize = 1000;

/**
 * Reads a labelled file. Rows without text or label are left out and reported as warnings.
 *
 * @throws InputError for a file that cannot be read, a column that is not there, a label that is not of the task, or no usable row at all;
 *   UsageError for an unknown format; CancelledError
 */
export async function readExamples<T extends ExampleTask>(path: string, { task, format, map = {}, ...reading }: ExampleOptions<T>): Promise<LabelledExamples<LabelOf<T>>> {
  const importer = format === undefined ? await detectFormat(path) : importerFor(format);
  const sample: SourceRecord[] = [];
  const collected = new Collected(path, task);
  let columns: ColumnMapping | undefined;
  const settle = (): ColumnMapping => {
    if (sample.length === 0) throw noRows(path, 'holds no rows');
    const mapping = mapColumns(columnsOf(sample), map, { task, texts: task === 'pair' ? 'two' : 'one-or-two', name: path });
    for (const record of sample) collected.add(record, mapping);
    return mapping;
  };
  for await (const record of importer.read(path, reading)) {
    if (columns) collected.add(record, columns);
    else if (sample.push(record) === sampleSize) columns = settle();
  }
  columns ??= settle();
  const { examples, warnings, separator } = collected.end();
  return { examples: examples as readonly Example<LabelOf<T>>[], warnings, columns, format: importer.format, separator };
}

class Collected {
  readonly #path: string;
  readonly #task: ExampleTask;
  /** Several labels in one string stay uncut until all rows are seen. */
  readonly #examples: Example[] = [];
  readonly #warnings: RowWarning[] = [];

  constructor(path: string, task: ExampleTask) {
    this.#path = path;
    this.#task = task;
  }

  add(record: SourceRecord, columns: ColumnMapping): void {
    const { line, index, fields } = record;
    const place = `${this.#path} ${placeOf(record)}`;
    const text = textIn(fields, columns.text, place);
    const textPair = columns.textPair === undefined ? undefined : textIn(fields, columns.textPair, place);
    const emptyColumn = text.trim() === '' ? columns.text : textPair?.trim() === '' ? columns.textPair : undefined;
    if (emptyColumn !== undefined) return this.#leaveOut(record, 'text-empty', `has no text in column “${emptyColumn}”`);
    const value = valueAt(fields, columns.label!);
    const label = this.#labelOf(value, place);
    if (label === undefined) return this.#leaveOut(record, 'label-missing', `has no label in column “${columns.label}”`);
    const id = columns.id === undefined ? '' : textIn(fields, columns.id, place);
    this.#examples.push({ id: id || String(index), text, ...(textPair === undefined ? {} : { textPair }), label, line, index });
  }

  end(): { examples: readonly Example[]; warnings: readonly RowWarning[]; separator: string | undefined } {
    const warnings = this.#warnings;
    if (this.#examples.length === 0) throw new InputError('rows-unusable', `No row of ${this.#path} can be used: ${warnings[0]!.message}, and so on; choose the columns with --map text=COLUMN and --map label=COLUMN.`);
    if (this.#task !== 'multilabel') return { examples: this.#examples, warnings, separator: undefined };
    const separator = findSeparator(this.#examples.map(({ label }) => label).filter((label) => typeof label === 'string'));
    const examples = this.#examples.map((example) => (typeof example.label === 'string' ? { ...example, label: cutLabels(example.label, separator) } : example));
    return { examples, warnings, separator };
  }

  #labelOf(value: unknown, place: string): Label | undefined {
    if (this.#task === 'regression') return labelNumber(value, place);
    return this.#task === 'multilabel' ? labelNames(value, place) : labelName(value, place);
  }

  #leaveOut({ line, index }: SourceRecord, code: RowWarning['code'], reason: string): void {
    this.#warnings.push({ line, index, code, message: `${placeOf({ line, index })} ${reason}` });
  }
}
