import { mkdtemp, readFile, copyFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../../src-main/engine/tokenizers/load.ts';
import { material, materialIsAbsent } from '../../support/shared-material.ts';

interface Case {
  name: string;
  vocab: string;
  lowercase: boolean;
  text: string;
  tokens: string[];
  ids: number[];
  offsets: [number, number][];
}

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'sesame-tokenizer-')); });
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(materialIsAbsent)('tokenisation', () => {
  test.each(['uncased', 'cased', 'chinese', 'multilingual'])('gives the tokens, ids and UTF-16 offsets of the reference for the %s vocabulary', async (name) => {
    const { cases } = JSON.parse(await readFile(material('fixtures', 'metrics', 'tokenization', `${name}.json`), 'utf8')) as { cases: Case[] };
    for (const [key, group] of Map.groupBy(cases, ({ vocab, lowercase }) => JSON.stringify({ vocab, lowercase }))) {
      const { vocab, lowercase } = JSON.parse(key) as Case;
      await copyFile(material('data', 'vocab', vocab, 'vocab.txt'), join(folder, 'vocab.txt'));
      await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: lowercase }));
      const tokenizer = await loadTokenizer(folder);
      const encodings = await tokenizer.encodeBatch(group.map(({ text }) => text));
      group.forEach((one, index) => {
        const { ids, tokens, offsets } = encodings[index]!;
        expect({ name: one.name, tokens, ids: [...ids], offsets: [...offsets] })
          .toEqual({ name: one.name, tokens: one.tokens, ids: one.ids, offsets: one.offsets.flat() });
      });
    }
  });

  test('is the same one by one as in a batch, word numbers included', async () => {
    const tokenizer = await loadTokenizer(material('models', 'sesame-mini-zh-en'));
    const texts = ['The quick brown fox', '', '你好，世界 😀 jumping', '[MASK] a'];
    const batch = await tokenizer.encodeBatch(texts);
    for (const [index, text] of texts.entries()) expect({ ...(await tokenizer.encode(text)) }).toEqual({ ...batch[index] });
    expect(batch[2]!.tokens).toEqual(['你', '好', '，', '世', '界', '[UNK]', 'jump', '##ing']);
    expect([...batch[2]!.wordIds]).toEqual([0, 1, 2, 3, 4, 5, 6, 6]);
    expect([...batch[2]!.offsets].slice(-6)).toEqual([6, 8, 9, 13, 13, 16]);
  });

  test('counts a lone surrogate as one unit', async () => {
    const tokenizer = await loadTokenizer(material('models', 'sesame-mini-zh-en'));
    expect([...(await tokenizer.encode('a \uD800 😀 b')).offsets]).toEqual([0, 1, 4, 6, 7, 8]);
  });
});
