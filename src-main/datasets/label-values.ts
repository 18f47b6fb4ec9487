import { InputError } from '../../shared/domain/errors.ts';
import { shortened } from './problems.ts';

/** A label's name, or undefined where a row has none. Numbers and booleans are names too. Throws InputError for anything else. */
export function labelName(value: unknown, place: string): string | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > 1) throw new InputError('labels-several', `${place} has ${values.length} labels where one is wanted; use --task multilabel.`);
  const [one] = values;
  if (one === null || one === undefined) return undefined;
  if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return String(one).trim() || undefined;
  throw new InputError('label-invalid', `${place} has ${Array.isArray(one) ? 'a list' : 'an object'} where a label should be; name the column of the label with --map label=COLUMN.`);
}

/** A number, or undefined where a row has none. Throws InputError for what is not a finite decimal number. */
export function labelNumber(value: unknown, place: string): number | undefined {
  if (value === null || value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined;
  const number = typeof value === 'number' ? value : typeof value === 'string' && decimal.test(value.trim()) ? Number(value) : NaN;
  if (Number.isFinite(number)) return number;
  throw new InputError('label-not-number', `${place} has “${shortened(typeof value === 'string' ? value : JSON.stringify(value))}” where regression needs a number; write it like 2.5, or name another column with --map label=COLUMN.`);
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The separators of several labels in one string. */
export const separators = ['#', ';', ',', '|'] as const;

/**
 * Several labels of one row: a list, or a string still to be cut. A string may hold a list as JSON or Python writes it.
 *
 * @returns undefined where a row has no labels at all; an empty list says that none applies
 */
export function labelNames(value: unknown, place: string): readonly string[] | string | undefined {
  const listed = typeof value === 'string' ? (writtenList(value) ?? value) : value;
  if (typeof listed === 'string') return listed.trim() || undefined;
  if (!Array.isArray(listed)) {
    const name = labelName(listed, place);
    return name === undefined ? undefined : [name];
  }
  return unique(listed.map((one) => labelName(one, place)).filter((name) => name !== undefined));
}

/** The separator that most of the strings hold, or undefined if none holds any. */
export function findSeparator(strings: Iterable<string>): string | undefined {
  const counts = new Map<string, number>(separators.map((separator) => [separator, 0]));
  for (const string of strings) for (const separator of separators) if (string.includes(separator)) counts.set(separator, counts.get(separator)! + 1);
  const [separator, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best));
  return count > 0 ? separator : undefined;
}

export const cutLabels = (string: string, separator: string | undefined): string[] =>
  unique((separator === undefined ? [string] : string.split(separator)).map((name) => name.trim()).filter((name) => name !== ''));

const unique = (names: readonly string[]): string[] => [...new Set(names)];

function writtenList(text: string): unknown[] | undefined {
  const inner = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1];
  if (inner === undefined) return undefined;
  for (const json of [text, `[${inner.replaceAll(/'([^'"\\]*)'/g, '"$1"')}]`]) {
    try {
      return JSON.parse(json) as unknown[];
    } catch {
      continue;
    }
  }
  return undefined;
}
