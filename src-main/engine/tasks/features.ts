import { buildInputs } from '../tokenizers/inputs.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';

/** Token sequences of a data set, one after another: row `i` is `ids[starts[i]]` up to `ids[starts[i + 1]]`. */
export interface Features {
  readonly ids: Int32Array;
  readonly typeIds: Uint8Array;
  /** `[rows + 1]` */
  readonly starts: Int32Array;
  /** Rows that lost tokens to the maximum length. */
  readonly truncated: number;
}

export const rowCount = (features: Features): number => features.starts.length - 1;
/** Tokens of row `row`, special ones included. */
export const lengthOf = (features: Features, row: number): number => (features.starts[row + 1] as number) - (features.starts[row] as number);

/** Rows `from` up to and without `to`. */
export function sliceFeatures({ ids, typeIds, starts }: Features, from: number, to: number): Features {
  const first = starts[from] as number, end = starts[to] as number;
  return { ids: ids.slice(first, end), typeIds: typeIds.slice(first, end), starts: starts.slice(from, to + 1).map((start) => start - first), truncated: 0 };
}

export interface Texts { readonly text: string; readonly textPair?: string }

export interface BuildOptions {
  /** Tokens, special ones included. */
  readonly maxLength: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const chunk = 1000;

/** Encodes texts, or pairs of texts, as a model reads them. */
export async function buildFeatures(texts: readonly Texts[], tokenizer: Tokenizer, { maxLength, signal, onProgress }: BuildOptions): Promise<Features> {
  const rows: { ids: Int32Array; typeIds: Int32Array }[] = [];
  let truncated = 0;
  for (let start = 0; start < texts.length; start += chunk) {
    signal?.throwIfAborted();
    const part = texts.slice(start, start + chunk);
    const firsts = await tokenizer.encodeBatch(part.map(({ text }) => text));
    const seconds = part.some(({ textPair }) => textPair !== undefined) ? await tokenizer.encodeBatch(part.map(({ textPair }) => textPair ?? '')) : [];
    part.forEach(({ textPair }, index) => {
      const input = buildInputs(firsts[index] as (typeof firsts)[0], textPair === undefined ? undefined : seconds[index], tokenizer, maxLength);
      if (input.firstRemoved || input.secondRemoved) truncated++;
      rows.push(input);
    });
    onProgress?.(rows.length, texts.length);
  }
  return pack(rows, truncated);
}

function pack(rows: readonly { ids: Int32Array; typeIds: Int32Array }[], truncated: number): Features {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach(({ ids }, row) => { starts[row + 1] = (starts[row] as number) + ids.length; });
  const total = starts[rows.length] as number;
  const ids = new Int32Array(total), typeIds = new Uint8Array(total);
  rows.forEach((row, index) => {
    ids.set(row.ids, starts[index]);
    typeIds.set(row.typeIds, starts[index]);
  });
  return { ids, typeIds, starts, truncated };
}
