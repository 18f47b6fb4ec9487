import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src-main/engine/weights/config.ts';
import { readModelWeights } from '../../../src-main/engine/weights/folder.ts';
import { matchParameters } from '../../../src-main/engine/weights/names.ts';
import { readSafetensors, writeSafetensors } from '../../../src-main/engine/weights/safetensors.ts';
import { material, materialIsAbsent } from '../../support/shared-material.ts';
import { temporaryFolder } from './support.ts';

const temporary = temporaryFolder();
const micro = material('fixtures/bert-micro');
const heads = materialIsAbsent ? [] : readdirSync(micro, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

describe.skipIf(materialIsAbsent)('the reference models', () => {
  it.each(heads)('%s is read with its configuration, gradients and trained weights', async (head) => {
    const folder = join(micro, head);
    const config = await readConfig(folder);
    expect(config).toMatchObject({ hiddenSize: 32, numHiddenLayers: 2, vocabSize: 800, hiddenAct: 'gelu', extra: { dtype: 'float32' } });
    const labels = (JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { id2label?: Record<string, string> }).id2label;
    expect(config.id2label).toEqual(labels && Object.values(labels));
    const weights = await readModelWeights(folder);
    expect(weights.get('bert.embeddings.word_embeddings.weight')!.shape).toEqual([800, 32]);
    const shapes = new Map([...weights].map(([name, { shape }]) => [name, shape]));
    for (const file of ['gradients', 'after_training']) {
      const { weights: other } = await readSafetensors(join(folder, `${file}.safetensors`));
      expect(matchParameters(other, shapes).missing).toEqual([]);
      expect([...other.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
    }
  });

  it('the built-in model is read from float16 and saved again as it is', async () => {
    const folder = material('models/sesame-mini-zh-en');
    const config = await readConfig(folder);
    expect(config).toMatchObject({ hiddenSize: 256, numHiddenLayers: 4, vocabSize: 16_384, architectures: ['BertForMaskedLM'] });
    const weights = await readModelWeights(folder);
    const embeddings = weights.get('bert.embeddings.word_embeddings.weight')!;
    expect(embeddings.shape).toEqual([16_384, 256]);
    const meanSquare = embeddings.data.reduce((sum, value) => sum + value * value, 0) / embeddings.data.length;
    expect(Math.sqrt(meanSquare)).toBeGreaterThan(0.005);
    expect(Math.sqrt(meanSquare)).toBeLessThan(0.5);
    const copy = join(temporary, 'copy.safetensors');
    await writeSafetensors(copy, weights, { dtype: 'float16' });
    const { weights: again } = await readSafetensors(copy);
    for (const [name, { data }] of weights) expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(again.get(name)!.data.buffer))).toBe(0);
  });
});
