import { InputError } from '../../shared/domain/errors.ts';
import { valueAt } from './mapping.ts';

/** A column's text as it is, untrimmed; empty where the row has none. Numbers count as text. Throws InputError for a list or an object. */
export function textIn(fields: Readonly<Record<string, unknown>>, column: string, place: string): string {
  const value = valueAt(fields, column);
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new InputError('text-invalid', `${place} has ${Array.isArray(value) ? 'a list' : 'an object'} in column “${column}” where a text is wanted; choose another column with --map text=COLUMN.`);
}
