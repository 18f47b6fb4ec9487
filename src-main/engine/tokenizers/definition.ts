import { InputError } from '../../../shared/domain/errors.ts';
import type { SpecialTokens } from './special-tokens.ts';

/** The parts of a tokenizer.json that are read or changed here; the rest passes through to the library. */
export interface TokenizerDefinition {
  readonly model: { readonly type?: string; readonly vocab: Readonly<Record<string, number>> };
  readonly added_tokens?: readonly { readonly id: number; readonly content: string }[];
  readonly normalizer?: { readonly type: string; readonly lowercase?: boolean; readonly strip_accents?: boolean | null; readonly handle_chinese_chars?: boolean } | null;
  readonly post_processor?: object | null;
}

/** tokenizer_config.json: `do_lower_case`, `strip_accents`, `tokenize_chinese_chars`, `model_max_length`, special tokens, and whatever else. */
export type TokenizerConfig = Readonly<Record<string, unknown>>;

/** What the library does for a vocab.txt whose line numbers, from 0, are the ids. A repeated entry has its last line's id, as in transformers. */
export function definitionFromVocabulary(entries: readonly string[], config: TokenizerConfig, special: SpecialTokens): TokenizerDefinition {
  const vocab: Record<string, number> = Object.create(null) as Record<string, number>;
  entries.forEach((entry, id) => { vocab[entry] = id; });
  const added = Object.values(special).filter((token) => token in vocab).sort((one, other) => vocab[one]! - vocab[other]!);
  const definition = {
    version: '1.0',
    added_tokens: added.map((content) => ({ id: vocab[content]!, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: special.unk_token, continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  };
  return withConfig(definition, config, special);
}

/**
 * Settles a definition as transformers would: an explicit setting of tokenizer_config.json wins over tokenizer.json, truncation and
 * padding are off, and [CLS] and [SEP] go round a text for whoever loads the saved file.
 *
 * @throws InputError if it is no WordPiece tokenizer
 */
export function withConfig(definition: TokenizerDefinition, config: TokenizerConfig, special: SpecialTokens): TokenizerDefinition {
  const type = definition.model.type ?? 'WordPiece';
  if (type !== 'WordPiece') throw new InputError('tokenizer-unsupported', `This is a ${type} tokenizer, and the studio fine-tunes BERT models, whose tokenizers are WordPiece; choose a BERT model.`);
  return {
    ...definition,
    truncation: null,
    padding: null,
    normalizer: normalizerWithConfig(definition.normalizer, config),
    post_processor: definition.post_processor ?? bertTemplate(special, definition.model.vocab),
  } as TokenizerDefinition;
}

function normalizerWithConfig(normalizer: TokenizerDefinition['normalizer'], config: TokenizerConfig): TokenizerDefinition['normalizer'] {
  if (normalizer?.type !== 'BertNormalizer') return normalizer ?? null;
  const lowercase = typeof config.do_lower_case === 'boolean' ? config.do_lower_case : (normalizer.lowercase ?? true);
  const chinese = typeof config.tokenize_chinese_chars === 'boolean' ? config.tokenize_chinese_chars : (normalizer.handle_chinese_chars ?? true);
  // Left open, accents are stripped exactly when lower-casing; a setting made for the other case says nothing about this one.
  const kept = lowercase === normalizer.lowercase ? (normalizer.strip_accents ?? null) : null;
  const accents = typeof config.strip_accents === 'boolean' ? config.strip_accents : kept;
  return { ...normalizer, lowercase, strip_accents: accents, handle_chinese_chars: chinese };
}

/** `[CLS] a [SEP]` with types 0, and `[CLS] a [SEP] b [SEP]` with types 1 from b on. */
function bertTemplate(special: SpecialTokens, vocab: Readonly<Record<string, number>>): object {
  const token = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const { cls_token: cls, sep_token: sep } = special;
  const single = [token(cls, 0), sequence('A', 0), token(sep, 0)];
  const definitions = [cls, sep].map((id) => [id, { id, ids: [vocab[id]], tokens: [id] }] as const);
  return { type: 'TemplateProcessing', single, pair: [...single, sequence('B', 1), token(sep, 1)], special_tokens: Object.fromEntries<object>(definitions) };
}
