import { InputError } from '../../../shared/domain/errors.ts';

/** The five tokens every BERT vocabulary has, under the keys Hugging Face's files use for them. */
export type SpecialTokens = Readonly<Record<'pad_token' | 'unk_token' | 'cls_token' | 'sep_token' | 'mask_token', string>>;

const defaults: SpecialTokens = { pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]', mask_token: '[MASK]' };

/** The names given by tokenizer_config.json or else special_tokens_map.json, else BERT's own. Both files write a string or `{"content": ...}`. */
export function specialTokensFrom(...sources: readonly Readonly<Record<string, unknown>>[]): SpecialTokens {
  const named = Object.entries(defaults).map(([key, fallback]) => {
    const given = sources.map((source) => contentOf(source[key])).find((content) => content !== undefined);
    return [key, given ?? fallback];
  });
  return Object.fromEntries(named) as SpecialTokens;
}

function contentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'content' in value && typeof value.content === 'string') return value.content;
  return undefined;
}

/** @throws InputError if the vocabulary lacks one of them */
export function idsOfSpecialTokens(tokens: SpecialTokens, idOf: (token: string) => number | undefined, file: string): Record<keyof SpecialTokens, number> {
  const ids = Object.entries(tokens).map(([key, token]) => {
    const id = idOf(token);
    if (id === undefined) throw new InputError('special-token-missing', `${file} has no ${token}, which a BERT tokenizer needs; take the tokenizer files from where the model came from.`);
    return [key, id];
  });
  return Object.fromEntries(ids) as Record<keyof SpecialTokens, number>;
}
