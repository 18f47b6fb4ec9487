import { join } from 'node:path';
import type { Tokenizer as NativeTokenizer } from 'tokenizers';
import { MachineError } from '../../../shared/domain/errors.ts';
import { makeFolder, writeFileAtomically } from '../weights/atomic.ts';
import type { TokenizerConfig, TokenizerDefinition } from './definition.ts';
import type { SpecialTokens } from './special-tokens.ts';

/** What a loaded tokenizer knows of its files. */
export interface TokenizerParts {
  readonly native: NativeTokenizer;
  readonly definition: TokenizerDefinition;
  readonly config: TokenizerConfig;
  readonly special: SpecialTokens;
}

/** Writes the four files of a BERT tokenizer in Hugging Face layout. Settings of the tokenizer_config.json it was loaded from are kept. @throws MachineError as `writeFileAtomically` */
export async function saveTokenizer(folder: string, { native, definition, config, special }: TokenizerParts): Promise<void> {
  await makeFolder(folder);
  const { normalizer } = definition;
  const settings = normalizer?.type === 'BertNormalizer'
    ? { do_lower_case: normalizer.lowercase, strip_accents: normalizer.strip_accents, tokenize_chinese_chars: normalizer.handle_chinese_chars }
    : {};
  saveWhole(native, join(folder, 'tokenizer.json'));
  await writeFileAtomically(join(folder, 'vocab.txt'), vocabularyLines(definition).map((line) => `${line}\n`).join(''));
  await writeFileAtomically(join(folder, 'tokenizer_config.json'), json({ tokenizer_class: 'BertTokenizer', ...config, ...settings, ...special }));
  await writeFileAtomically(join(folder, 'special_tokens_map.json'), json(special));
}

/** The library writes by itself and has no error codes. */
function saveWhole(native: NativeTokenizer, path: string): void {
  try {
    native.save(path, true);
  } catch (cause) {
    if (/os error (28|122)\b/.test((cause as Error).message)) throw new MachineError('disk-full', `There is no room left on the disk for “${path}”: free some space and try again.`, { cause });
    throw new MachineError('write-failed', `“${path}” could not be written (${(cause as Error).message}): check the folder and the disk, then try again.`, { cause });
  }
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** Line n is the token with id n, as every reader of a vocab.txt counts; an id without a token gets a line no text can match. */
function vocabularyLines(definition: TokenizerDefinition): string[] {
  const lines: string[] = [];
  for (const [token, id] of Object.entries(definition.model.vocab)) lines[id] = token;
  return Array.from(lines, (line, id) => line ?? `[no token ${id}]`);
}
