import { InputError, UsageError } from '../../shared/domain/errors.ts';
import type { Task } from '../../shared/domain/tasks.ts';
import { idNames, isKnownColumn, labelNames, numberNames, pairNames, plainName, splitNames, textNames } from './column-names.ts';
import { isObject, quotedList } from './problems.ts';
import type { SourceRecord } from './record.ts';

export const roles = ['text', 'textPair', 'label', 'id', 'split'] as const;
export type Role = (typeof roles)[number];

/** The columns the user named, by role. */
export type ColumnChoice = Readonly<Partial<Record<Role, string>>>;

/** Which column plays which role. Nested values of JSON are named by their path, `meta.label`. */
export interface ColumnMapping extends ColumnChoice {
  readonly text: string;
  /** The columns without a role. */
  readonly metadata: readonly string[];
}

/** How texts are looked for: one, one or two as the columns are named, or two. */
export type Texts = 'one' | 'one-or-two' | 'two';

/** Reads `--map` options, `text=sentence` each. Throws UsageError for another form, an unknown role or a role given twice. */
export function parseColumnChoice(options: readonly string[]): ColumnChoice {
  const choice: Partial<Record<Role, string>> = {};
  for (const option of options) {
    const [, name = '', column = ''] = /^([^=]*)=(.+)$/s.exec(option) ?? [];
    const role = roles.find((one) => plainName(one) === plainName(name));
    if (!role || column === '') throw new UsageError('map-invalid', `--map ${option} is not of the form role=column; the roles are ${roles.join(', ')}.`);
    if (choice[role] !== undefined) throw new UsageError('map-twice', `--map gives two columns for ${role}; give one.`);
    choice[role] = column;
  }
  return choice;
}

/** The columns of some records, in their order; a nested object is a column for each of its values, `a.b`, three levels deep at most. */
export function columnsOf(records: readonly SourceRecord[]): string[] {
  const columns = new Set<string>();
  const add = (fields: Readonly<Record<string, unknown>>, prefix: string, depth: number): void => {
    for (const [name, value] of Object.entries(fields)) {
      if (depth < 3 && isObject(value)) add(value, `${prefix}${name}.`, depth + 1);
      else columns.add(prefix + name);
    }
  };
  for (const { fields } of records) add(fields, '', 1);
  return [...columns];
}

/** The value of a column; undefined if the row has none. */
export function valueAt(fields: Readonly<Record<string, unknown>>, column: string): unknown {
  if (Object.hasOwn(fields, column)) return fields[column];
  let value: unknown = fields;
  for (const part of column.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/**
 * Gives every role its column: the user's choice, else a known name, else the one column whose name is not known.
 *
 * @param task whose label is looked for; undefined for rows without labels
 * @param name what messages call the file
 * @throws InputError that lists the columns, if a chosen one is not there or a needed one is not to be guessed
 */
export function mapColumns(columns: readonly string[], choice: ColumnChoice, { task, texts, name }: { task: Task | undefined; texts: Texts; name: string }): ColumnMapping {
  const listed = `its columns are ${quotedList(columns)}`;
  for (const [role, column] of Object.entries(choice)) {
    if (!columns.some((one) => one === column || one.startsWith(`${column}.`))) throw new InputError('column-missing', `${name} has no column “${column}” for ${role}; ${listed}.`);
  }
  const found: { [role in Role]?: string | undefined } = { ...choice };
  const free = (): string[] => columns.filter((column) => !Object.values(found).includes(column));
  if (texts !== 'one') Object.assign(found, guessPair(free(), choice, texts));
  if (task) found.label ??= guess(free(), task === 'regression' ? numberNames : labelNames);
  found.text ??= guess(free(), textNames);
  found.id ??= guess(free(), idNames);
  found.split ??= guess(free(), splitNames);
  found.text ??= onlyUnknown(free());
  if (task) found.label ??= onlyUnknown(free());
  const needed: readonly Role[] = ['text', ...(texts === 'two' ? ['textPair' as const] : []), ...(task ? ['label' as const] : [])];
  const missing = needed.find((role) => found[role] === undefined);
  if (missing) throw new InputError('column-unknown', `No column of ${name} looks like the ${described[missing]}; rename one to “${missing}” or say which it is with --map ${missing}=COLUMN; ${listed}.`);
  const given = Object.entries(found).filter(([, column]) => column !== undefined);
  return { ...(Object.fromEntries(given) as { text: string }), metadata: free() };
}

const described: Readonly<Record<Role, string>> = { text: 'text', textPair: 'second text', label: 'label', id: 'id', split: 'split' };

/** The one column whose name says nothing, if there is just one. */
function onlyUnknown(columns: readonly string[]): string | undefined {
  const unknown = columns.filter((column) => !isKnownColumn(column));
  return unknown.length === 1 ? unknown[0] : undefined;
}

/** The first column, by the order of the names, that has one of them; a nested one only where no other has. */
function guess(columns: readonly string[], names: readonly string[]): string | undefined {
  for (const shown of [plainName, (column: string) => plainName(column.slice(column.lastIndexOf('.') + 1))]) {
    for (const name of names) {
      const column = columns.find((one) => shown(one) === name);
      if (column !== undefined) return column;
    }
  }
  return undefined;
}

/** Two texts under names that go together, as far as the user leaves it open. One text called plainly so is not given up for two others, unless there must be two. */
function guessPair(columns: readonly string[], choice: ColumnChoice, texts: Texts): ColumnChoice {
  const { text: chosen } = choice;
  if (choice.textPair !== undefined || (chosen !== undefined && texts === 'one-or-two')) return {};
  if (chosen !== undefined) {
    const partners = pairNames.filter(([first]) => first === plainName(chosen));
    const textPair = guess(columns, [...partners, ...pairNames].map(([, second]) => second));
    return textPair === undefined ? {} : { textPair };
  }
  const plain = texts === 'one-or-two' && guess(columns, ['text']) !== undefined;
  for (const [first, second] of plain ? pairNames.filter(([name]) => name === 'text') : pairNames) {
    const text = guess(columns, [first]);
    const textPair = guess(columns, [second]);
    if (text !== undefined && textPair !== undefined) return { text, textPair };
  }
  return {};
}
