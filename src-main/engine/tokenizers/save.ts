import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tokenizer as NativeTokenizer } from 'tokenizers';
import type { TokenizerConfig, TokenizerDefinition } from './definition.ts';
import type { SpecialTokens } from './special-tokens.ts';

/** What a loaded tokenizer knows of its files. */
export interface TokenizerParts {
  readonly native: NativeTokenizer;
  readonly definition: TokenizerDefinition;
  readonly config: TokenizerConfig;
  readonly special: SpecialTokens;
}

/** Writes the four files of a BERT tokenizer in Hugging Face layout. Settings of the tokenizer_config.json it was loaded from are kept. */
export async function saveTokenizer(folder: string, { native, definition, config, special }: TokenizerParts): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { normalizer } = definition;
  const settings = normalizer?.type === 'BertNormalizer'
    ? { do_lower_case: normalizer.lowercase, strip_accents: normalizer.strip_accents, tokenize_chinese_chars: normalizer.handle_chinese_chars }
    : {};
  native.save(join(folder, 'tokenizer.json'), true);
  await writeFile(join(folder, 'vocab.txt'), vocabularyLines(definition).map((line) => `${line}\n`).join(''));
  await writeFile(join(folder, 'tokenizer_config.json'), json({ tokenizer_class: 'BertTokenizer', ...config, ...settings, ...special }));
  await writeFile(join(folder, 'special_tokens_map.json'), json(special));
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** Line n is the token with id n, as every reader of a vocab.txt counts; an id without a token gets a line no text can match. */
function vocabularyLines(definition: TokenizerDefinition): string[] {
  const lines: string[] = [];
  for (const [token, id] of Object.entries(definition.model.vocab)) lines[id] = token;
  return Array.from(lines, (line, id) => line ?? `[no token ${id}]`);
}
