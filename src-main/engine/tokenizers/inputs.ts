import { UsageError } from '../../../shared/domain/errors.ts';
import type { Encoding } from './encoding.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What a model reads: `[CLS] first [SEP]` or `[CLS] first [SEP] second [SEP]`, cut to a length. */
export interface ModelInput {
  /** [length] */
  readonly ids: Int32Array;
  /** [length]: 0 up to and with the first [SEP], 1 after it. */
  readonly typeIds: Int32Array;
  /** [2 * length]: UTF-16 code units of the token's own text; 0, 0 for special tokens. */
  readonly offsets: Int32Array;
  /** [length]: the word within the token's own text; -1 for special tokens. */
  readonly wordIds: Int32Array;
  /** Tokens of the first text that are in; they start at position 1. */
  readonly firstLength: number;
  /** Tokens of the second text that are in; they start at position `firstLength + 2`. */
  readonly secondLength: number;
  /** Tokens cut off the end of the first text. */
  readonly firstRemoved: number;
  /** Tokens cut off the end of the second text. */
  readonly secondRemoved: number;
}

/**
 * Puts the special tokens round one or two texts and cuts the longer of two first.
 *
 * @param maxLength tokens, special ones included
 * @throws UsageError if not even the special tokens fit
 */
export function buildInputs(first: Encoding, second: Encoding | undefined, tokenizer: Pick<Tokenizer, 'clsId' | 'sepId'>, maxLength: number): ModelInput {
  const room = maxLength - (second ? 3 : 2);
  if (room < 0) throw new UsageError('length-too-small', `A maximum length of ${maxLength} leaves no room for text; use at least 8 tokens.`);
  // The reference stops reading a text at `maxLength` tokens, so two texts that are both longer count as equally long.
  const [firstRead, secondRead] = [Math.min(first.ids.length, maxLength), Math.min(second?.ids.length ?? 0, maxLength)];
  const [firstLength, secondLength] = second ? longestFirst(firstRead, secondRead, room) : [Math.min(firstRead, room), 0];
  const length = maxLength - room + firstLength + secondLength;
  const input = {
    ids: new Int32Array(length).fill(tokenizer.sepId),
    typeIds: new Int32Array(length),
    offsets: new Int32Array(2 * length),
    wordIds: new Int32Array(length).fill(-1),
  };
  input.ids[0] = tokenizer.clsId;
  place(input, first, 1, firstLength);
  if (second) {
    place(input, second, firstLength + 2, secondLength);
    input.typeIds.fill(1, firstLength + 2);
  }
  return { ...input, firstLength, secondLength, firstRemoved: first.ids.length - firstLength, secondRemoved: (second?.ids.length ?? 0) - secondLength };
}

function place(input: Pick<ModelInput, 'ids' | 'offsets' | 'wordIds'>, encoding: Encoding, at: number, length: number): void {
  input.ids.set(encoding.ids.subarray(0, length), at);
  input.offsets.set(encoding.offsets.subarray(0, 2 * length), 2 * at);
  input.wordIds.set(encoding.wordIds.subarray(0, length), at);
}

/**
 * How many tokens of each text stay. As in the fast tokenizers of transformers: the longer text loses tokens until both are equal, then
 * both do; an odd place goes to the text that was longer, or to the second of two equally long ones. (Google's script and the slow
 * tokenizers give it to the first.)
 */
function longestFirst(first: number, second: number, room: number): [first: number, second: number] {
  if (first + second <= room) return [first, second];
  const shorter = Math.min(first, second, Math.floor(room / 2));
  return first <= second ? [shorter, room - shorter] : [room - shorter, shorter];
}
