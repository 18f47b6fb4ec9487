import { InputError } from '../../shared/domain/errors.ts';
import { recordLimit } from './record.ts';

/** @param byte position in the file, from 0 @param value the byte there */
export const notUtf8 = (name: string, byte: number, line: number, value: number): InputError =>
  new InputError('not-utf-8', `${name} is not UTF-8: byte ${byte} (line ${line}) is 0x${value.toString(16).toUpperCase().padStart(2, '0')}; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and try again.`);

export const brokenUtf16 = (name: string): InputError => new InputError('not-utf-16', `${name} begins like UTF-16 but is damaged; save it as UTF-8 and try again.`);

export const recordTooLong = (name: string, line: number): InputError =>
  new InputError('record-too-long', `The row of ${name} that begins on line ${line} is longer than ${recordLimit / 1024 / 1024} MB; check that its lines are separated and that no quotation mark is left open.`);

export const noRows = (name: string, found: string): InputError => new InputError('no-rows', `${name} ${found}; give a file with at least one row.`);

/** Parses one JSON value that begins on `line`. Throws InputError with the line and column of the fault. */
export function parseJson(text: string, name: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const reason = message.replace(/ in JSON at position.*|, (\.\.\.)?".*is not valid JSON$/s, '');
    const before = text.slice(0, Number(/at position (\d+)/.exec(message)?.[1] ?? 0)).split('\n');
    const column = before.length > 1 || before[0] !== '' ? ` at column ${before.at(-1)!.length + 1}` : '';
    throw new InputError('json-broken', `${name} line ${line + before.length - 1} is not valid JSON: ${reason}${column}; correct that line and try again.`, { cause: error });
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names for a message, in quotation marks: at most twenty, the long ones cut. */
export function quotedList(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `“${shortened(name)}”`).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}

export const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
