/** One row of a labelled file, whatever its format. */
export interface SourceRecord {
  /** The line it starts on, from 1. */
  readonly line: number;
  /** Which row it is, from 1; a header does not count. */
  readonly index: number;
  /** Column name -> value: strings in CSV, TSV and text, any JSON value in JSON. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Progress {
  /** Bytes of the file read so far. */
  readonly bytes: number;
  /** The file's size; undefined for a stream. */
  readonly totalBytes: number | undefined;
}

export interface ReadOptions {
  /** Stops the reading with a CancelledError. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every piece of the file, a quarter of a megabyte each. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export const formats = ['csv', 'tsv', 'json', 'jsonl', 'text'] as const;
export type Format = (typeof formats)[number];

/** Reads one format. An importer holds a piece of the file and one record at a time, never the whole. */
export interface Importer {
  readonly format: Format;
  /**
   * @param head the file's first lines, decoded, at most 64 KiB
   * @param fileName its name, of which the extension is a hint
   * @returns how sure it is that the file is of its format: 0 not at all, 1 certainly
   */
  detect(head: string, fileName: string): number;
  /** @throws InputError for a file that is missing, empty, not text or broken, naming the line; CancelledError */
  read(path: string, options?: ReadOptions): AsyncIterable<SourceRecord>;
}

/** Bytes of one record, above which a file is taken for broken: no training text comes near, and an unclosed quote would otherwise eat the file. */
export const recordLimit = 10 * 1024 * 1024;

/** Where a user finds a row: `line 12`, or `row 12 (line 1)` where several rows share a line. */
export const placeOf = ({ line, index }: Pick<SourceRecord, 'line' | 'index'>): string => (index > line ? `row ${index} (line ${line})` : `line ${line}`);
