import { CsvError, parse, type Parser } from 'csv-parse';
import { InputError } from '../../../shared/domain/errors.ts';
import { noRows, recordTooLong } from '../problems.ts';
import { recordLimit, type ReadOptions, type SourceRecord } from '../record.ts';
import { openText, readHead } from '../source/file.ts';
import type { Dialect } from './dialect.ts';

/**
 * Rows of separated columns under a header line. Lines with nothing on them are passed over.
 *
 * @param dialectOf how the file is written, told from its first lines
 * @throws InputError for a row with too many or too few columns, or misplaced quotation marks
 */
export async function* readDelimited(path: string, dialectOf: (head: string) => Dialect, options: ReadOptions = {}): AsyncGenerator<SourceRecord, void, undefined> {
  const head = await readHead(path);
  const dialect = dialectOf(head);
  const rows = new Rows(path, dialect);
  const isOldMac = head.includes('\r') && !head.includes('\n');
  const parser = parse({
    delimiter: dialect.delimiter,
    quote: dialect.quoting ? '"' : null,
    escape: dialect.quoting ? '"' : null,
    record_delimiter: isOldMac ? ['\r'] : ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: recordLimit,
    on_record: (values: string[]) => rows.take(values),
  });
  // Faults reach the caller through `write` and `end`; without a listener the stream would also throw them.
  parser.on('error', () => undefined);
  for await (const piece of openText(path, options)) {
    await written(parser, piece, rows);
    yield* rows.taken();
  }
  await written(parser, undefined, rows);
  yield* rows.taken();
  rows.end();
}

/** Parses one piece, or ends the file. */
function written(parser: Parser, piece: Buffer | undefined, rows: Rows): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (error) reject(error instanceof CsvError ? rows.problem(error) : error);
      else resolve();
    };
    if (piece) parser.write(piece, done);
    else parser.end(done);
  });
}

/** Turns rows of values into records, keeping count of lines. */
class Rows {
  readonly #path: string;
  readonly #dialect: Dialect;
  #line = 1;
  #index = 0;
  #names: readonly string[] | undefined;
  #records: SourceRecord[] = [];

  constructor(path: string, dialect: Dialect) {
    this.#path = path;
    this.#dialect = dialect;
  }

  /** @returns null, so that the parser keeps nothing */
  take(values: readonly string[]): null {
    const line = this.#line;
    this.#line += 1 + values.reduce((count, value) => count + lineFeeds(value), 0);
    if (values.length === 1 && values[0]!.trim() === '') return null;
    if (!this.#names) this.#names = this.#header(values, line);
    else if (values.length !== this.#names.length) throw this.#ragged(values.length, this.#names.length, line);
    else this.#records.push({ line, index: ++this.#index, fields: Object.fromEntries(this.#names.map((name, column) => [name, values[column]])) });
    return null;
  }

  taken(): SourceRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  end(): void {
    if (this.#index === 0) throw noRows(this.#path, this.#names ? 'has a header line but no rows' : 'holds only blank lines');
  }

  /** The parser's error, told of the row it was in. */
  problem(error: CsvError): InputError {
    if (error.code === 'CSV_MAX_RECORD_SIZE') return recordTooLong(this.#path, this.#line);
    const row = `The row of ${this.#path} that begins on line ${this.#line}`;
    const elsewhere = this.#dialect.delimiter === '\t' ? ', or pass --format tsv if quotation marks are ordinary characters there' : '';
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') return new InputError('quote-open', `${row} opens a quotation mark that is never closed; close it${elsewhere}.`, { cause: error });
    return new InputError('quote-misplaced', `${row} has a quotation mark in the middle of a value; write such a value as "... ""word"" ..."${elsewhere}.`, { cause: error });
  }

  #header(values: readonly string[], line: number): readonly string[] {
    const names = values.map((value, column) => value.trim() || `column ${column + 1}`);
    const twice = names.find((name, column) => names.indexOf(name) !== column);
    if (twice !== undefined) throw new InputError('column-twice', `${this.#path} line ${line} names two columns “${twice}”; rename one of them.`);
    return names;
  }

  #ragged(count: number, expected: number, line: number): InputError {
    const advice = this.#dialect.quoting ? `put a text that holds ${described(this.#dialect.delimiter)} in quotation marks` : 'a text must not hold a tab or a line break';
    return new InputError('row-ragged', `${this.#path} line ${line} has ${count} ${count === 1 ? 'column' : 'columns'} where the header has ${expected}; ${advice}.`);
  }
}

const described = (delimiter: string): string => (delimiter === '\t' ? 'a tab' : `a “${delimiter}”`);

function lineFeeds(value: string): number {
  let count = 0;
  for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) count++;
  return count;
}
