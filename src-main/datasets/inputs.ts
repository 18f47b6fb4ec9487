import type { Readable } from 'node:stream';
import { detectFormat, importerFor } from './importers/index.ts';
import { readJsonLines } from './importers/jsonl.ts';
import { columnsOf, mapColumns, valueAt, type ColumnChoice, type ColumnMapping, type Texts } from './mapping.ts';
import { placeOf, type ReadOptions, type SourceRecord } from './record.ts';
import { textOf } from './source/stream.ts';
import { textIn } from './text-values.ts';

/** One text, or two, to be given to a model. */
export interface UnlabelledInput {
  readonly text: string;
  readonly textPair?: string;
  /** The whole row, to be given back with the answer. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly line: number;
  readonly index: number;
}

export interface InputOptions extends ReadOptions {
  /** How many the model reads. */
  readonly texts: Texts;
  /** An importer's name; found from the content if not given. A stream is always JSON lines. */
  readonly format?: string | undefined;
  readonly map?: ColumnChoice | undefined;
}

/**
 * Reads rows without labels, from a file of any format or from a stream of JSON lines, one by one as they come: `{"text": ...}`, or two
 * texts as `text_a` and `text_b`, `premise` and `hypothesis`, and so on. Empty texts are given on, so that answers match rows.
 *
 * @throws InputError for a source that cannot be read or a row without the texts; UsageError for an unknown format; CancelledError
 */
export async function* readInputs(source: string | Readable, { texts, format, map = {}, ...reading }: InputOptions): AsyncGenerator<UnlabelledInput, void, undefined> {
  const name = typeof source === 'string' ? source : 'the input';
  let columns: ColumnMapping | undefined;
  for await (const record of await recordsOf(source, name, format, reading)) {
    // Rows of JSON need not be alike: a row that lacks the texts of the one before is looked at anew.
    if (!columns || !has(record, columns)) columns = mapColumns(columnsOf([record]), map, { task: undefined, texts, name: `${name} ${placeOf(record)}` });
    const place = `${name} ${placeOf(record)}`;
    const { line, index, fields } = record;
    yield { text: textIn(fields, columns.text, place), ...(columns.textPair === undefined ? {} : { textPair: textIn(fields, columns.textPair, place) }), fields, line, index };
  }
}

async function recordsOf(source: string | Readable, name: string, format: string | undefined, reading: ReadOptions): Promise<AsyncIterable<SourceRecord>> {
  if (typeof source !== 'string') return readJsonLines(textOf(source, name, undefined, reading), name);
  const importer = format === undefined ? await detectFormat(source) : importerFor(format);
  return importer.read(source, reading);
}

const has = ({ fields }: SourceRecord, { text, textPair }: ColumnMapping): boolean =>
  valueAt(fields, text) !== undefined && (textPair === undefined || valueAt(fields, textPair) !== undefined);
