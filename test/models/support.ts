import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { buildModel, type Head } from '../../src-main/engine/nn/heads.ts';
import { readConfig } from '../../src-main/engine/weights/config.ts';
import { writeModelWeights } from '../../src-main/engine/weights/folder.ts';
import type { Weights } from '../../src-main/engine/weights/tensors.ts';

/** A folder for the tests of one file, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TinyModel {
  readonly head?: Head;
  /** Keys of config.json besides the sizes. */
  readonly config?: Record<string, unknown>;
  /** Every weight: two models with different ones differ. */
  readonly value?: number;
  /** Below 1,000 the weights come in shards. */
  readonly maxShardBytes?: number;
}

const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'sesame', 'seed', '##s'];

/** Writes a BERT of one layer, hidden 4, with all weights alike. */
export async function writeTinyModel(folder: string, { head = 'masked-lm', config = {}, value = 0.5, maxShardBytes = 1e9 }: TinyModel = {}): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const sizes = { vocab_size: vocabulary.length, hidden_size: 4, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 8, max_position_embeddings: 16 };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', architectures: ['BertForMaskedLM'], ...sizes, ...config }));
  writeFileSync(join(folder, 'vocab.txt'), vocabulary.map((token) => `${token}\n`).join(''));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: true }));
  const parts = buildModel(await readConfig(folder), head).parameters.flatMap((parameter) => parameter.parts);
  const weights: Weights = new Map(parts.map(({ name, shape }) => [name, { shape, data: new Float32Array(shape.reduce((count, length) => count * length, 1)).fill(value) }]));
  await writeModelWeights(folder, weights, { maxShardBytes });
  return folder;
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('It should have failed.');
}
