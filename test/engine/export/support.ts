import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll } from 'vitest';
import { ModelProtoSchema, type ModelProto } from '../../../src-main/engine/lowering/generated/onnx_pb.js';
import type { OnnxFormat } from '../../../src-main/engine/export/formats.ts';
import { exportOnnx } from '../../../src-main/engine/export/onnx.ts';
import type { TrainedHead, TrainedModel } from '../../../src-main/engine/export/trained-model.ts';
import { buildModel } from '../../../src-main/engine/nn/heads.ts';
import { RandomStream } from '../../../src-main/engine/random/philox.ts';
import type { Batch } from '../../../src-main/engine/session/shaped-sessions.ts';
import { OnnxFile } from '../../../src-main/engine/session/onnx-file.ts';
import { loadTokenizer } from '../../../src-main/engine/tokenizers/load.ts';
import type { Tokenizer } from '../../../src-main/engine/tokenizers/tokenizer.ts';
import { readConfig, type BertConfig } from '../../../src-main/engine/weights/config.ts';
import { readModelWeights } from '../../../src-main/engine/weights/folder.ts';
import type { Weights } from '../../../src-main/engine/weights/tensors.ts';
import { microHeads } from '../../support/micro.ts';
import { material } from '../../support/shared-material.ts';

/** A folder for the tests of one file, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', '##c', '你'];

/** A tokenizer of nine words. */
export async function tinyTokenizer(folder: string): Promise<Tokenizer> {
  writeFileSync(join(folder, 'vocab.txt'), words.map((word) => `${word}\n`).join(''));
  return loadTokenizer(folder);
}

const tinyConfig: BertConfig = {
  vocabSize: words.length, hiddenSize: 8, numHiddenLayers: 2, numAttentionHeads: 2, intermediateSize: 16, hiddenAct: 'gelu', hiddenDropoutProb: 0.1, attentionProbsDropoutProb: 0.1,
  classifierDropout: null, maxPositionEmbeddings: 32, typeVocabSize: 2, initializerRange: 0.02, layerNormEps: 1e-12, padTokenId: 0, tieWordEmbeddings: true,
  id2label: ['no', 'yes', 'perhaps'], problemType: 'single_label_classification', architectures: [], extra: {},
};

/** A model of two small layers with random weights. */
export function tinyModel(tokenizer: Tokenizer, changes: Partial<Pick<TrainedModel, 'head' | 'task' | 'maxLength'>> & { config?: Partial<BertConfig> } = {}): TrainedModel {
  const { head = 'sequence-classification', task = 'classification', maxLength = 16 } = changes, config = { ...tinyConfig, ...changes.config };
  const random = new RandomStream(1, 'initialisation', 0), weights: Weights = new Map();
  for (const { parts, initial } of buildModel(config, head).parameters) {
    for (const { name, shape } of parts) {
      const data = new Float32Array(shape.reduce((count, length) => count * length, 1));
      weights.set(name, { shape, data: data.map(() => (initial === 'ones' ? 1 : 0) + 0.5 * (random.uniform() - 0.5)) });
    }
  }
  return { config, head, task, weights, tokenizer, maxLength };
}

/** One of the reference models. */
export async function microModel(name: string, task: TrainedModel['task']): Promise<TrainedModel> {
  const folder = material('fixtures', 'bert-micro', name), config = await readConfig(folder);
  return { config, head: microHeads[name] as TrainedHead, task, weights: await readModelWeights(folder), tokenizer: await loadTokenizer(material('fixtures', 'bert-micro')), maxLength: 64 };
}

/** Rows of token ids, padded to the longest. */
export function batchOf(rows: readonly (readonly number[])[]): Batch {
  const size = rows.length, length = Math.max(...rows.map((row) => row.length)), shape = [size, length];
  const fill = (valueOf: (row: readonly number[], place: number) => number) => ({ data: Int32Array.from({ length: size * length }, (_, index) => valueOf(rows[Math.floor(index / length)] as number[], index % length)), shape });
  return {
    size, length,
    arrays: new Map([['input_ids', fill((row, place) => row[place] ?? 0)], ['attention_mask', fill((row, place) => (place < row.length ? 1 : 0))], ['token_type_ids', fill((row, place) => (place < row.length && place > 3 ? 1 : 0))]]),
  };
}

/** Exports a model, runs the file on batches and gives the outputs for each. */
export async function exportAndRun(model: TrainedModel, format: OnnxFormat, folder: string, batches: readonly Batch[]): Promise<Map<string, Float32Array>[]> {
  const { modelFile } = await exportOnnx(model, { format }, folder);
  return run(join(folder, modelFile), batches);
}

export async function run(path: string, batches: readonly Batch[]): Promise<Map<string, Float32Array>[]> {
  const session = await OnnxFile.open(path, { threads: 1 });
  const outputs: Map<string, Float32Array>[] = [];
  for (const batch of batches) outputs.push(await session.outputs(batch));
  await session.dispose();
  return outputs;
}

export const readModel = (path: string): ModelProto => fromBinary(ModelProtoSchema, readFileSync(path));
export const operatorsOf = (model: ModelProto): string[] => model.graph?.node.map(({ opType }) => opType) ?? [];

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => (a.length === b.length ? Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] as number)))) : Infinity);

/** Everything that a promise rejects with. */
export const failureOf = (promise: Promise<unknown>): Promise<Error & { code?: string }> => promise.then(() => { throw new Error('It should have failed.'); }, (error: unknown) => error as Error);
