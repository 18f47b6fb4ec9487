import { parseArgs } from 'node:util';
import { UsageError } from '../../../shared/domain/errors.ts';

/** One option of a command. */
export interface Option<Value> {
  /** What stands for its value in help; undefined for a switch, which has none. */
  readonly placeholder: string | undefined;
  readonly description: string;
  /** Given more than once, every value counts. */
  readonly repeatable: boolean;
  /** @param texts what was given, at least one. @param name with its dashes. @throws UsageError */
  readonly read: (texts: readonly string[], name: string) => Value;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
/** What was given by name; undefined what was not. */
export type Values<Given extends Options> = { readonly [Name in keyof Given]: Given[Name] extends Option<infer Value> ? Value | undefined : never };

const one = <Value>(placeholder: string, description: string, read: (text: string, name: string) => Value): Option<Value> =>
  ({ placeholder, description, repeatable: false, read: ([text], name) => read(text as string, name) });

const wrong = (name: string, text: string, wanted: string): UsageError => new UsageError('value-invalid', `${name} ${text} is not ${wanted}; see --help.`);

export const text = (placeholder: string, description: string): Option<string> => one(placeholder, description, (value, name) => {
  if (value === '') throw new UsageError('value-missing', `${name} needs a value, ${placeholder}; see --help.`);
  return value;
});
export const texts = (placeholder: string, description: string): Option<readonly string[]> => ({ placeholder, description, repeatable: true, read: (values) => values });
export const flag = (description: string): Option<true> => ({ placeholder: undefined, description, repeatable: false, read: () => true });

export const choice = <const Value extends string>(placeholder: string, values: readonly Value[], description: string): Option<Value> => one(placeholder, description, (value, name) => {
  const chosen = values.find((candidate) => candidate === value);
  if (!chosen) throw wrong(name, value, `one of ${values.join(', ')}`);
  return chosen;
});

export const wholeNumber = (placeholder: string, least: number, description: string): Option<number> => one(placeholder, description, (value, name) => {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least) throw wrong(name, value, `a whole number from ${least} on`);
  return number;
});

/** @param accepts what the number must be, besides a number */
export const decimal = (placeholder: string, accepts: (value: number) => boolean, wanted: string, description: string): Option<number> => one(placeholder, description, (value, name) => {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || !accepts(number)) throw wrong(name, value, wanted);
  return number;
});

export interface Given<Definitions extends Options> {
  readonly values: Values<Definitions>;
  readonly positionals: readonly string[];
}

/** Reads a command's arguments. @throws UsageError for an unknown option, a value that is missing, too much or wrong */
export function readArguments<Definitions extends Options>(args: readonly string[], options: Definitions): Given<Definitions> {
  const config = Object.fromEntries(Object.entries(options).map(([name, { placeholder }]) => [name, { type: placeholder === undefined ? ('boolean' as const) : ('string' as const), multiple: true, ...(name === 'help' && { short: 'h' }) }]));
  // Its own checks give a program's messages, several sentences long.
  const { tokens } = parseArgs({ args: [...args], options: config, strict: false, allowPositionals: true, tokens: true });
  const given = new Map<string, string[]>(), positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token, option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) throw new UsageError('option-unknown', `There is no option ${rawName}${nearest(rawName, Object.keys(options))}; see --help.`);
    const isSwitch = option.placeholder === undefined;
    if (isSwitch && value !== undefined) throw new UsageError('value-unwanted', `${rawName} takes no value; see --help.`);
    // "-" alone stands for the standard input.
    const swallowed = !inlineValue && value !== undefined && /^-./.test(value) && !/^-[\d.]/.test(value);
    if (!isSwitch && (value === undefined || swallowed)) throw new UsageError('value-missing', `${rawName} needs a value, ${option.placeholder}; see --help.`);
    if (!option.repeatable && given.has(name)) throw new UsageError('option-twice', `${rawName} is given twice; give it once.`);
    given.set(name, [...(given.get(name) ?? []), value ?? '']);
  }
  const values = Object.fromEntries([...given].map(([name, texts]) => [name, options[name]?.read(texts, `--${name}`)]));
  return { values: values as Values<Definitions>, positionals };
}

/** The name a slip of the keyboard was meant to be. */
function nearest(written: string, names: readonly string[]): string {
  const plain = written.replace(/^-+/, ''), close = names.filter((name) => name.startsWith(plain) || distance(plain, name) <= 2);
  return close.length === 1 ? `; --${close[0]} may be meant` : '';
}

/** Letters to add, leave out or change to come from one word to the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at++) next.push(Math.min(row[at]! + 1, next[at - 1]! + 1, row[at - 1]! + (letter === other[at - 1] ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}
