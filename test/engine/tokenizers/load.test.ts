import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../../src-main/engine/tokenizers/load.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import { material, materialIsAbsent } from '../../support/shared-material.ts';

const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'caf', '##e', 'Caf', '##é', '中', '国', 'a'];
let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'sesame-tokenizer-')); });
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, content: unknown): Promise<void> => writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const tokensOf = async (text: string): Promise<readonly string[]> => (await (await loadTokenizer(folder)).encode(text)).tokens;

describe('a folder with vocab.txt', () => {
  test('lower-cases and strips accents unless the configuration says otherwise', async () => {
    await write('vocab.txt', vocabulary.join('\n'));
    expect(await tokensOf('Café')).toEqual(['caf', '##e']);
    await write('tokenizer_config.json', { do_lower_case: false });
    expect(await tokensOf('Café')).toEqual(['Caf', '##é']);
    await write('tokenizer_config.json', { do_lower_case: false, strip_accents: true });
    expect(await tokensOf('Café')).toEqual(['Caf', '##e']);
  });

  test('splits Chinese characters unless the configuration says otherwise', async () => {
    await write('vocab.txt', vocabulary.join('\r\n'));
    expect(await tokensOf('中国')).toEqual(['中', '国']);
    await write('tokenizer_config.json', { tokenize_chinese_chars: false });
    expect(await tokensOf('中国')).toEqual(['[UNK]']);
  });

  test('knows its special tokens, size and longest input', async () => {
    await write('vocab.txt', `${vocabulary.join('\n').replace('[MASK]', '<mask>')}\n`);
    await write('special_tokens_map.json', { mask_token: { content: '<mask>' } });
    await write('tokenizer_config.json', { model_max_length: 512 });
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer).toMatchObject({ padId: 0, unkId: 1, clsId: 2, sepId: 3, maskId: 4, vocabularySize: 12, maxLength: 512 });
    expect([tokenizer.idOf('caf'), tokenizer.idOf('nowhere'), tokenizer.tokenOf(5), tokenizer.tokenOf(99)]).toEqual([5, undefined, 'caf', undefined]);
    expect((await tokenizer.encode('a <mask>')).tokens).toEqual(['a', '<mask>']);
  });

  test('has no longest input where transformers wrote its very large number', async () => {
    await write('vocab.txt', vocabulary.join('\n'));
    await write('tokenizer_config.json', '{"model_max_length": 1000000000000000019884624838656}');
    expect((await loadTokenizer(folder)).maxLength).toBeUndefined();
  });
});

describe('a folder that cannot be used', () => {
  const failure = async (): Promise<string> => {
    const error: unknown = await loadTokenizer(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).code;
  };

  test('is named when it is not there', async () => {
    await expect(loadTokenizer(join(folder, 'nowhere'))).rejects.toThrow(/There is no folder .*nowhere/);
  });

  test('is refused when it holds no tokenizer, or a broken one', async () => {
    expect(await failure()).toBe('tokenizer-missing');
    await write('vocab.txt', '');
    expect(await failure()).toBe('special-token-missing');
    await write('vocab.txt', 'hello\nworld\n');
    expect(await failure()).toBe('special-token-missing');
    await writeFile(join(folder, 'vocab.txt'), Buffer.from([0x5b, 0xff, 0x0a]));
    expect(await failure()).toBe('not-utf-8');
    await write('tokenizer.json', '{"model":');
    expect(await failure()).toBe('json-broken');
    await write('tokenizer.json', []);
    expect(await failure()).toBe('json-broken');
    await write('tokenizer.json', {});
    expect(await failure()).toBe('tokenizer-broken');
    await write('tokenizer.json', { model: { type: 'WordPiece', vocab: Object.fromEntries(vocabulary.map((token) => [token, 'one'])) } });
    expect(await failure()).toBe('tokenizer-broken');
    await write('tokenizer.json', { model: { type: 'BPE', vocab: {}, merges: [] } });
    expect(await failure()).toBe('tokenizer-unsupported');
    await write('tokenizer_config.json', 'do_lower_case');
    expect(await failure()).toBe('json-broken');
  });
});

describe.skipIf(materialIsAbsent)('a folder with tokenizer.json', () => {
  test('is loaded without any other file', async () => {
    const tokenizer = await loadTokenizer(material('fixtures', 'bert-micro'));
    expect(tokenizer).toMatchObject({ padId: 0, unkId: 1, clsId: 2, sepId: 3, maskId: 4, vocabularySize: 800, maxLength: undefined });
  });

  test('obeys an explicit setting of tokenizer_config.json, as transformers does', async () => {
    await copyFile(material('fixtures', 'bert-micro', 'tokenizer.json'), join(folder, 'tokenizer.json'));
    const lower = await tokensOf('The');
    await write('tokenizer_config.json', { do_lower_case: false });
    expect(await tokensOf('The')).not.toEqual(lower);
  });

  test.each([['tokenizer.json'], ['vocab.txt']])('reads the same from what it saved, from %s alone too', async (file) => {
    const original = await loadTokenizer(material('models', 'sesame-mini-zh-en'));
    await original.saveTo(join(folder, 'saved'));
    await mkdir(join(folder, 'alone'));
    for (const name of [file, 'tokenizer_config.json']) await copyFile(join(folder, 'saved', name), join(folder, 'alone', name));
    const text = 'Café 中国 jumped [MASK] over 😀 the lazy dog';
    for (const name of ['saved', 'alone']) {
      const loaded = await loadTokenizer(join(folder, name));
      expect({ ...(await loaded.encode(text)) }).toEqual({ ...(await original.encode(text)) });
      expect(loaded.maxLength).toBe(512);
    }
    expect(await readFile(join(folder, 'saved', 'vocab.txt'), 'utf8')).toBe(await readFile(material('models', 'sesame-mini-zh-en', 'vocab.txt'), 'utf8'));
    expect(JSON.parse(await readFile(join(folder, 'saved', 'tokenizer_config.json'), 'utf8'))).toEqual(JSON.parse(await readFile(material('models', 'sesame-mini-zh-en', 'tokenizer_config.json'), 'utf8')));
  });

  test('saves another maximum length where one is given', async () => {
    await (await loadTokenizer(material('fixtures', 'bert-micro'))).saveTo(folder, 32);
    expect((await loadTokenizer(folder)).maxLength).toBe(32);
  });

  test('saves one of each kind of file, with [CLS] and [SEP] round a text for other programs', async () => {
    await (await loadTokenizer(material('fixtures', 'bert-micro'))).saveTo(folder);
    const saved = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as { post_processor: { type: string } };
    expect(saved.post_processor.type).toBe('TemplateProcessing');
    expect(JSON.parse(await readFile(join(folder, 'special_tokens_map.json'), 'utf8'))).toMatchObject({ cls_token: '[CLS]', mask_token: '[MASK]' });
    expect(await readFile(join(folder, 'vocab.txt'), 'utf8')).toBe(await readFile(material('fixtures', 'bert-micro', 'vocab.txt'), 'utf8'));
  });
});
