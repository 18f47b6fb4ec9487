import { cpSync, existsSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { archive, call, globalNamed, pickle, text } from '../engine/weights/pickles.ts';
import { csvOf, reviews, sentenceOf, sesame, temporaryFolder, write, writeTinyModel } from './support.ts';

const folder = temporaryFolder();

beforeAll(async () => {
  await writeTinyModel(join(folder, 'whole'));
  write(folder, 'train.csv', csvOf(reviews(40)));
});

/** A pickle that calls `os.system` when it is loaded by a careless reader. */
const codeInPickle = archive(pickle(call(globalNamed('os', 'system'), text('touch pwned'))));
const hugeHeader = (): Buffer => {
  const bytes = Buffer.alloc(64);
  bytes.writeBigUInt64LE(2n ** 60n);
  return bytes;
};

describe('a model that cannot be used is refused in one sentence, and nothing is written', () => {
  it.each<{ what: string; spoil: (model: string) => void; says: RegExp }>([
    { what: 'none at all', spoil: (model) => rmSync(model, { recursive: true }), says: /^There is no (model and no folder|folder) / },
    { what: 'without weights', spoil: (model) => rmSync(join(model, 'model.safetensors')), says: /has no weights that can be read/ },
    { what: 'without a tokenizer', spoil: (model) => rmSync(join(model, 'vocab.txt')), says: /has no tokenizer/ },
    { what: 'without a configuration', spoil: (model) => rmSync(join(model, 'config.json')), says: /has no config\.json/ },
    { what: 'cut short', spoil: (model) => truncateSync(join(model, 'model.safetensors'), 20_000), says: /is damaged: it should be \d+ bytes long but has only 20000/ },
    { what: 'with a header larger than itself', spoil: (model) => write(model, 'model.safetensors', hugeHeader()), says: /says that its header is 1152921504606846976 bytes long/ },
    { what: 'with a broken configuration', spoil: (model) => write(model, 'config.json', '{"model_type": "bert",'), says: /config\.json.* not valid JSON/ },
    { what: 'of another kind', spoil: (model) => write(model, 'config.json', '{"model_type": "gpt2"}'), says: /describes a model of the type “?gpt2/ },
    { what: 'with sizes of another model', spoil: (model) => write(model, 'config.json', readFileSync(join(model, 'config.json'), 'utf8').replace('"hidden_size":32', '"hidden_size":64')), says: /weights|shape/ },
    { what: 'with a tokenizer of another model', spoil: (model) => write(model, 'vocab.txt', `${readFileSync(join(model, 'vocab.txt'), 'utf8')}one\ntwo\nthree\n`), says: /tokenizer .* has \d+ (pieces|entries)/ },
    {
      what: 'with code in its pickle',
      spoil: (model) => {
        rmSync(join(model, 'model.safetensors'));
        write(model, 'pytorch_model.bin', codeInPickle);
      },
      says: /pytorch_model\.bin.*os\.system/,
    },
  ])('$what', async ({ what, spoil, says }) => {
    const own = join(folder, what.replaceAll(/\W+/g, '-')), model = join(own, 'model');
    cpSync(join(folder, 'whole'), model, { recursive: true });
    spoil(model);
    for (const args of [['train', '--train', '../train.csv', '--task', 'classification', '--device', 'cpu', '--out', 'run'], ['models', 'import']]) {
      const sentence = sentenceOf(await sesame(own, args[0] === 'train' ? [...args, '--model', model] : [...args, model]), 1);
      expect(sentence).toMatch(says);
      expect(existsSync(join(own, 'run')), 'the run').toBe(false);
      expect(existsSync(join(own, 'pwned')), 'code was run').toBe(false);
    }
    const listed = await sesame(own, ['models', 'list', '--json']);
    expect(JSON.parse(listed.stdout).models.map(({ name }: { name: string }) => name)).toEqual(['built-in']);
  });
});
