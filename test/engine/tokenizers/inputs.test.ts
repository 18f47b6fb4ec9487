import fc from 'fast-check';
import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import type { Encoding } from '../../../src-main/engine/tokenizers/encoding.ts';
import { buildInputs } from '../../../src-main/engine/tokenizers/inputs.ts';
import { loadTokenizer } from '../../../src-main/engine/tokenizers/load.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { material, materialIsAbsent } from '../../support/shared-material.ts';

const special = { clsId: 101, sepId: 102 };
const encoding = (length: number, firstId: number): Encoding => ({
  ids: Int32Array.from({ length }, (_, index) => firstId + index),
  tokens: [],
  offsets: Int32Array.from({ length: 2 * length }, (_, index) => index),
  wordIds: Int32Array.from({ length }, (_, index) => index),
});

test('one text stands between [CLS] and [SEP]', () => {
  const input = buildInputs(encoding(2, 7), undefined, special, 16);
  expect({ ...input, ids: [...input.ids], typeIds: [...input.typeIds], offsets: [...input.offsets], wordIds: [...input.wordIds] }).toEqual({
    ids: [101, 7, 8, 102], typeIds: [0, 0, 0, 0], offsets: [0, 0, 0, 1, 2, 3, 0, 0], wordIds: [-1, 0, 1, -1], firstLength: 2, secondLength: 0, firstRemoved: 0, secondRemoved: 0,
  });
});

test('two texts have types 0 and 1, and each keeps its own offsets', () => {
  const input = buildInputs(encoding(1, 7), encoding(2, 20), special, 16);
  expect([...input.ids]).toEqual([101, 7, 102, 20, 21, 102]);
  expect([...input.typeIds]).toEqual([0, 0, 0, 1, 1, 1]);
  expect([...input.offsets]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 0, 0]);
});

test('an empty second text still has its [SEP]', () => {
  expect([...buildInputs(encoding(1, 7), encoding(0, 0), special, 16).ids]).toEqual([101, 7, 102, 102]);
});

test('a long text loses its end and says how much', () => {
  const input = buildInputs(encoding(10, 7), undefined, special, 5);
  expect([[...input.ids], input.firstRemoved]).toEqual([[101, 7, 8, 9, 102], 7]);
});

test('of two texts the longer is cut first', () => {
  const input = buildInputs(encoding(3, 7), encoding(9, 20), special, 12);
  expect([input.firstLength, input.secondLength, input.firstRemoved, input.secondRemoved]).toEqual([3, 6, 0, 3]);
});

test('a length that cannot hold the special tokens is a wrong option', () => {
  expect(() => buildInputs(encoding(1, 7), encoding(1, 7), special, 2)).toThrow(UsageError);
});

describe.skipIf(materialIsAbsent)('truncation', () => {
  test('cuts pairs of any lengths exactly where the fast tokenizers of transformers cut them', async () => {
    const folder = material('models', 'sesame-mini-zh-en');
    const native = NativeTokenizer.fromFile(`${folder}/tokenizer.json`);
    const tokenizer = await loadTokenizer(folder);
    await fc.assert(fc.asyncProperty(fc.nat(12), fc.option(fc.nat(12), { nil: undefined }), fc.integer({ min: 3, max: 24 }), async (one, other, maxLength) => {
      const [first, second] = [one, other].map((length) => (length === undefined ? undefined : '中 '.repeat(length)));
      native.setTruncation(maxLength);
      const reference = await native.encode(first!, second ?? null);
      const input = buildInputs(await tokenizer.encode(first!), second === undefined ? undefined : await tokenizer.encode(second), tokenizer, maxLength);
      expect({ ids: [...input.ids], typeIds: [...input.typeIds] }).toEqual({ ids: reference.getIds(), typeIds: reference.getTypeIds() });
    }), { numRuns: 300 });
  });
});
