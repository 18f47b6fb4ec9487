import type { Encoding as NativeEncoding } from 'tokenizers';
import { toCodeUnits } from './offsets.ts';

/** The word pieces of one text, without special tokens. */
export interface Encoding {
  /** [tokens]: vocabulary ids. */
  readonly ids: Int32Array;
  /** [tokens]: the word pieces as the vocabulary writes them (`##s`). Made on first use: training needs only ids. */
  readonly tokens: readonly string[];
  /** [2 * tokens]: start, end of each token in UTF-16 code units of the original text; `text.slice(start, end)`. */
  readonly offsets: Int32Array;
  /** [tokens]: which word, as the pre-tokenizer splits them, the token belongs to; -1 for none. */
  readonly wordIds: Int32Array;
}

/** @param tokenOf the vocabulary entry of an id */
export function toEncoding(native: NativeEncoding, text: string, tokenOf: (id: number) => string): Encoding {
  const ids = Int32Array.from(native.getIds());
  let tokens: readonly string[] | undefined;
  return {
    ids,
    offsets: toCodeUnits(native.getOffsets(), text),
    wordIds: Int32Array.from(native.getWordIds(), (word) => word ?? -1),
    get tokens() {
      return (tokens ??= Array.from(ids, tokenOf));
    },
  };
}
