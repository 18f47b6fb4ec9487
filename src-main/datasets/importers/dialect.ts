import { isKnownColumn } from '../column-names.ts';

/** How a file of separated columns is written. */
export interface Dialect {
  readonly delimiter: string;
  /** Whether "..." quotes a value, with "" for a quotation mark in it (RFC 4180), or quotation marks are ordinary characters. */
  readonly quoting: boolean;
}

export interface Sniffed {
  readonly delimiter: string;
  /** Columns of the header line. */
  readonly columns: number;
  readonly rows: number;
  /** The part of the rows, from 0 to 1, that have as many columns as the header. */
  readonly regular: number;
  /** Whether the header names a column that the studio knows. */
  readonly known: boolean;
}

const delimiters = [',', '\t', ';', '|', '^', '~', '\u0001'];

/** The delimiter that explains the first lines best: every row as many columns as the header, and a header with known names. */
export function sniffDelimiter(head: string, quoting: boolean): Sniffed {
  const all = delimiters.map((delimiter) => sniff(head, { delimiter, quoting }));
  const score = (one: Sniffed): number => (one.columns < 2 ? 0 : 0.1 + one.regular + (one.known ? 1 : 0));
  return all.reduce((best, one) => (score(one) > score(best) ? one : best));
}

/** @returns whether a tab-separated file quotes values: a value that only quoting explains, or a header all in quotation marks */
export function quotesTabs(head: string): boolean {
  const lines = head.split(/\r?\n/).filter((line) => line !== '');
  const isQuoted = (value: string): boolean => /^"(?:[^"]|"")*"$/.test(value);
  if (lines[0]?.split('\t').every(isQuoted)) return true;
  if (lines.some((line) => line.split('\t').some((value) => isQuoted(value) && value.slice(1, -1).includes('""')))) return true;
  return sniff(head, { delimiter: '\t', quoting: true }).regular === 1 && sniff(head, { delimiter: '\t', quoting: false }).regular < 1;
}

function sniff(head: string, dialect: Dialect): Sniffed {
  const [header = [], ...rows] = splitRows(head, dialect);
  const regular = rows.length === 0 ? 1 : rows.filter((row) => row.length === header.length).length / rows.length;
  return { delimiter: dialect.delimiter, columns: header.length, rows: rows.length, regular, known: header.some(isKnownColumn) };
}

/** The values of each row, roughly: good enough to count columns. Blank lines are left out. */
function splitRows(head: string, { delimiter, quoting }: Dialect): string[][] {
  const special = delimiter.replace(/[|^]/, '\\$&');
  const value = quoting ? `"(?:[^"]|"")*"(?=${special}|[\\r\\n]|$)|[^${special}\\r\\n]*` : `[^${special}\\r\\n]*`;
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, text = '', end] of head.matchAll(new RegExp(`(${value})(${special}|\\r?\\n|\\r|$)`, 'g'))) {
    row.push(quoting ? text.replace(/^"(.*)"$/s, '$1') : text);
    if (end === delimiter) continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
