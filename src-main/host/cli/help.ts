import { commonOptions, type Command } from './command.ts';
import type { Options } from './options.ts';
import { table } from './table.ts';

export function overview(commands: Readonly<Record<string, { readonly summary: string }>>, version: string): string[] {
  return [
    `Sesame Studio ${version}: label text, fine-tune BERT on your own machine, take the model away.`, '',
    '  sesame COMMAND [options]', '',
    ...table(Object.entries(commands).map(([name, { summary }]) => [name, summary])), '',
    'sesame COMMAND --help lists a command\'s options; sesame --version gives the version.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
  ];
}

export function helpOf(name: string, summary: string, { forms, options, notes = [] }: Command): string[] {
  return [
    `sesame ${name}: ${summary}`, '', ...forms.map((form) => `  sesame ${form}`), '',
    ...optionLines({ ...options, ...commonOptions }), ...(notes.length ? ['', ...notes] : []),
  ];
}

const optionLines = (options: Options): string[] =>
  table(Object.entries(options).map(([name, { placeholder, description, repeatable }]) => [`--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`, `${description}${repeatable ? ' (may be repeated)' : ''}`]));
