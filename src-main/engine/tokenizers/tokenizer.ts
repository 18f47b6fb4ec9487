import type { Encoding } from './encoding.ts';

/** A BERT tokenizer: lower-casing, splitting and WordPiece as its files say. */
export interface Tokenizer {
  encode(text: string): Promise<Encoding>;
  /** The same for many texts at once, in their order; several times faster than one by one. */
  encodeBatch(texts: readonly string[]): Promise<Encoding[]>;
  /** The largest id plus one: the rows the model's embedding table must have at least. */
  readonly vocabularySize: number;
  readonly padId: number;
  readonly clsId: number;
  readonly sepId: number;
  readonly maskId: number;
  readonly unkId: number;
  /** `model_max_length` in tokens, special tokens included; undefined where the files give none. */
  readonly maxLength: number | undefined;
  idOf(token: string): number | undefined;
  tokenOf(id: number): string | undefined;
  /** Writes vocab.txt, tokenizer.json, tokenizer_config.json and special_tokens_map.json, as transformers expects them, into a folder made if need be; `maxLength` replaces the files' own. */
  saveTo(folder: string, maxLength?: number): Promise<void>;
}
