import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { InputError } from '../../../shared/domain/errors.ts';
import { definitionFromVocabulary, withConfig, type TokenizerConfig, type TokenizerDefinition } from './definition.ts';
import { toEncoding, type Encoding } from './encoding.ts';
import { readJsonFile, readTextFile } from './files.ts';
import { saveTokenizer } from './save.ts';
import { idsOfSpecialTokens, specialTokensFrom, type SpecialTokens } from './special-tokens.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Keeps what the library holds at any time small, however many texts are asked for. */
const batchSize = 2048;

/**
 * Loads a tokenizer from a folder in Hugging Face layout: tokenizer.json if there is one, else vocab.txt; settings from tokenizer_config.json.
 *
 * @throws InputError if the folder holds neither, or a file is broken or not a BERT tokenizer's
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new InputError('folder-missing', `There is no folder ${folder}; give the folder that holds the model's files.`);
  const config = (await readJsonFile(join(folder, 'tokenizer_config.json'))) ?? {};
  const special = specialTokensFrom(config, (await readJsonFile(join(folder, 'special_tokens_map.json'))) ?? {});
  const path = join(folder, 'tokenizer.json');
  const whole = await readJsonFile(path);
  if (whole) {
    if (!hasVocabulary(whole)) throw new InputError('tokenizer-broken', `${path} holds no vocabulary; replace it by the file that came with the model.`);
    return makeTokenizer(withConfig(whole, config, special), config, special, path);
  }
  const vocabularyPath = join(folder, 'vocab.txt');
  const vocabulary = await readTextFile(vocabularyPath);
  if (vocabulary === undefined) throw new InputError('tokenizer-missing', `${folder} holds no tokenizer; put the model's tokenizer.json or vocab.txt there.`);
  return makeTokenizer(definitionFromVocabulary(linesOf(vocabulary), config, special), config, special, vocabularyPath);
}

function linesOf(vocabulary: string): string[] {
  const lines = vocabulary.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function hasVocabulary(value: object): value is TokenizerDefinition {
  const model = (value as Partial<TokenizerDefinition>).model;
  return typeof model === 'object' && model !== null && typeof model.vocab === 'object' && model.vocab !== null;
}

function makeTokenizer(definition: TokenizerDefinition, config: TokenizerConfig, special: SpecialTokens, path: string): Tokenizer {
  const idByToken = idsOf(definition);
  const entries: (string | undefined)[] = [];
  for (const [token, id] of idByToken) entries[id] = token;
  const ids = idsOfSpecialTokens(special, (token) => idByToken.get(token), path);
  const native = nativeTokenizer(definition, path);
  const tokenOf = (id: number): string => entries[id] ?? special.unk_token;

  async function encodeBatch(texts: readonly string[]): Promise<Encoding[]> {
    const encodings: Encoding[] = [];
    for (let from = 0; from < texts.length; from += batchSize) {
      const part = texts.slice(from, from + batchSize);
      const natives = await native.encodeBatch(part, { addSpecialTokens: false });
      natives.forEach((one, index) => encodings.push(toEncoding(one, part[index]!, tokenOf)));
    }
    return encodings;
  }

  return {
    encode: async (text) => toEncoding(await native.encode(text, null, { addSpecialTokens: false }), text, tokenOf),
    encodeBatch,
    vocabularySize: entries.length,
    padId: ids.pad_token,
    clsId: ids.cls_token,
    sepId: ids.sep_token,
    maskId: ids.mask_token,
    unkId: ids.unk_token,
    maxLength: maxLengthOf(config),
    idOf: (token) => idByToken.get(token),
    tokenOf: (id) => entries[id],
    saveTo: (folder, maxLength) => saveTokenizer(folder, { native, definition, config: maxLength === undefined ? config : { ...config, model_max_length: maxLength }, special }),
  };
}

function nativeTokenizer(definition: TokenizerDefinition, path: string): NativeTokenizer {
  try {
    return NativeTokenizer.fromString(JSON.stringify(definition));
  } catch (error) {
    throw new InputError('tokenizer-broken', `${path} is not a tokenizer the library can use (${(error as Error).message}); replace it by the file that came with the model.`, { cause: error });
  }
}

/** The vocabulary with the added tokens. */
function idsOf(definition: TokenizerDefinition): Map<string, number> {
  const ids = new Map(Object.entries(definition.model.vocab));
  for (const { id, content } of definition.added_tokens ?? []) ids.set(content, id);
  return ids;
}

/** Transformers writes 1e30 where a tokenizer has no limit of its own. */
function maxLengthOf(config: TokenizerConfig): number | undefined {
  const length = config.model_max_length;
  return typeof length === 'number' && length > 0 && length < 1e9 ? length : undefined;
}
