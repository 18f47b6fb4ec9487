import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { filesIn } from '../../../src-main/engine/export/folder.ts';
import { onnxFiles, onnxFormats } from '../../../src-main/engine/export/formats.ts';
import { exportOnnx } from '../../../src-main/engine/export/onnx.ts';
import { TensorProto_DataType, type TypeProto_Tensor, type ValueInfoProto } from '../../../src-main/engine/lowering/generated/onnx_pb.js';
import type { Tokenizer } from '../../../src-main/engine/tokenizers/tokenizer.ts';
import { batchOf, exportAndRun, failureOf, largestDifference, operatorsOf, readModel, run, temporaryFolder, tinyModel, tinyTokenizer } from './support.ts';

const root = temporaryFolder();
let folder: string, tokenizer: Tokenizer;
beforeAll(async () => { tokenizer = await tinyTokenizer(root); });
beforeEach(() => { folder = mkdtempSync(join(root, 'out-')); });

const long = [2, 5, 6, 7, 3, 8, 8, 3], short = [2, 5, 3];
const config = (): Record<string, unknown> => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
const tensorType = ({ type }: ValueInfoProto) => type?.value.value as TypeProto_Tensor;
const dimensions = (value: ValueInfoProto) => tensorType(value).shape?.dim.map((dimension) => dimension.value.value);

describe('an exported file', () => {
  it.each(onnxFormats)('takes batches of any size and length in one session, and padding changes nothing (%s)', async (format) => {
    const rows = [[long], [short], [short, long], [long, short, long, [2, 3]]];
    const outputs = await exportAndRun(tinyModel(tokenizer), format, folder, rows.map((row) => batchOf(row)));
    const logits = outputs.map((output) => output.get('logits') as Float32Array);
    expect(logits.map(({ length }) => length)).toEqual([3, 3, 6, 12]);
    // In int8 a batch shares the scale of its activations.
    const rounding = { onnx: 1e-6, 'onnx-fp16': 1e-3, 'onnx-int8': 1e-2 }[format];
    expect(largestDifference(logits[2]!, [...logits[1]!, ...logits[0]!])).toBeLessThan(rounding);
    expect(largestDifference(logits[3]!.subarray(3, 9), logits[2]!)).toBeLessThan(rounding);
  });

  it('has the inputs and outputs that Hugging Face’s exporter gives them', async () => {
    await exportOnnx(tinyModel(tokenizer), { format: 'onnx' }, folder);
    const { graph, producerName, opsetImport } = readModel(join(folder, onnxFiles.onnx));
    expect(graph?.input.map(({ name }) => name).sort()).toEqual(['attention_mask', 'input_ids', 'token_type_ids']);
    for (const value of graph?.input ?? []) {
      expect(tensorType(value).elemType).toBe(TensorProto_DataType.INT64);
      expect(dimensions(value)).toEqual(['batch_size', 'sequence_length']);
    }
    expect(graph?.output.map((value) => [value.name, dimensions(value)])).toEqual([['logits', ['batch_size', 3n]]]);
    expect([producerName, opsetImport.map(({ domain, version }) => [domain, version])]).toEqual(['Sesame Studio', [['', 18n]]]);
  });

  it('gives float32 logits in half precision too', async () => {
    await exportOnnx(tinyModel(tokenizer), { format: 'onnx-fp16' }, folder);
    const outputs = readModel(join(folder, onnxFiles['onnx-fp16'])).graph?.output ?? [];
    expect(outputs.map((output) => tensorType(output).elemType)).toEqual([TensorProto_DataType.FLOAT]);
  });

  it('names task, classes, problem type, greatest length and producer in its metadata', async () => {
    await exportOnnx(tinyModel(tokenizer, { task: 'pair' }), { format: 'onnx-int8' }, folder);
    const metadata = readModel(join(folder, onnxFiles['onnx-int8'])).metadataProps.map(({ key, value }) => [key, value]);
    expect(Object.fromEntries(metadata)).toEqual({ task: 'pair', id2label: '{"0":"no","1":"yes","2":"perhaps"}', problem_type: 'single_label_classification', max_length: '16', producer: 'Sesame Studio' });
  });

  it('of a question answering model gives start and end logits and names no classes', async () => {
    const model = tinyModel(tokenizer, { head: 'question-answering', task: 'qa' });
    const [outputs] = await exportAndRun(model, 'onnx', folder, [batchOf([short, long])]);
    expect([...outputs!].map(([name, values]) => [name, values.length])).toEqual([['start_logits', 16], ['end_logits', 16]]);
    expect(readModel(join(folder, onnxFiles.onnx)).metadataProps.map(({ key }) => key)).not.toContain('id2label');
  });

  it.each(['gelu_new', 'relu', 'silu'] as const)('can have the activation %s in every format', async (hiddenAct) => {
    const model = tinyModel(tokenizer, { config: { hiddenAct } }), batches = [batchOf([long])];
    const [single, half, integer] = await Promise.all(onnxFormats.map(async (format) => (await exportAndRun(model, format, mkdtempSync(join(root, 'out-')), batches))[0]!.get('logits')!));
    expect(largestDifference(half!, single!)).toBeLessThan(5e-3);
    expect(largestDifference(integer!, single!)).toBeLessThan(3e-2);
  });
});

describe('the graph of a file', () => {
  it('has products of their own for query, key and value, over weights that need no turning', async () => {
    await exportOnnx(tinyModel(tokenizer), { format: 'onnx' }, folder);
    const { graph } = readModel(join(folder, onnxFiles.onnx));
    const shapes = new Map(graph?.initializer.map(({ name, dims }) => [name, dims.map(Number)]));
    expect([...shapes.keys()].filter((name) => name.includes('+'))).toEqual([]);
    expect(shapes.get('bert.encoder.layer.1.attention.self.key.weight')).toEqual([8, 8]);
    expect(shapes.get('bert.encoder.layer.1.intermediate.dense.weight')).toEqual([8, 16]);
    expect(graph?.node.flatMap(({ attribute }) => attribute.map(({ name }) => name))).not.toContain('transB');
  });

  it('asks LayerNormalization for nothing but its result', async () => {
    await exportOnnx(tinyModel(tokenizer), { format: 'onnx' }, folder);
    const norms = readModel(join(folder, onnxFiles.onnx)).graph?.node.filter(({ opType }) => opType === 'LayerNormalization');
    expect(norms?.map(({ output }) => output.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('in int8 computes every product of the encoder with integers and leaves pooler and head as they are', async () => {
    await exportOnnx(tinyModel(tokenizer), { format: 'onnx-int8' }, folder);
    const model = readModel(join(folder, onnxFiles['onnx-int8'])), operators = operatorsOf(model);
    expect(['MatMulInteger', 'DynamicQuantizeLinear', 'Gemm'].map((name) => operators.filter((operator) => operator === name).length)).toEqual([12, 8, 2]);
    const integers = model.graph?.initializer.filter(({ dataType }) => dataType === Number(TensorProto_DataType.INT8)).map(({ name }) => name);
    expect(integers).toHaveLength(13);
    expect(integers).toContain('bert.embeddings.word_embeddings.weight_quantized');
  });
});

describe('the folder of an export', () => {
  it('is laid out as transformers.js and optimum read it, with every format in it', async () => {
    for (const format of onnxFormats) await exportOnnx(tinyModel(tokenizer), { format }, folder);
    expect(await filesIn(folder)).toEqual(['config.json', 'onnx/model.onnx', 'onnx/model_fp16.onnx', 'onnx/model_quantized.onnx', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt']);
    expect(config()).toMatchObject({ architectures: ['BertForSequenceClassification'], id2label: { 0: 'no', 1: 'yes', 2: 'perhaps' }, label2id: { no: 0, yes: 1, perhaps: 2 } });
  });

  it('is reported with the size of every file in it', async () => {
    const { modelFile, sizes } = await exportOnnx(tinyModel(tokenizer), { format: 'onnx' }, folder);
    expect(modelFile).toBe('onnx/model.onnx');
    expect(Object.keys(sizes).sort()).toEqual(await filesIn(folder));
    expect(sizes[modelFile]).toBe(readFileSync(join(folder, modelFile)).length);
  });

  it('keeps the weights apart when they are too large for one file, until they fit again', async () => {
    const model = tinyModel(tokenizer), batches = [batchOf([long])];
    const [whole] = await exportAndRun(model, 'onnx', folder, batches);
    const { sizes } = await exportOnnx(model, { format: 'onnx', largestFile: 1000 }, folder);
    expect(sizes['onnx/model.onnx_data']).toBeGreaterThan(10_000);
    expect(config()['transformers.js_config']).toEqual({ use_external_data_format: { 'model.onnx': true } });
    expect((await run(join(folder, onnxFiles.onnx), batches))[0]).toEqual(whole);
    await exportOnnx(model, { format: 'onnx-fp16' }, folder);
    expect(config()['transformers.js_config']).toEqual({ use_external_data_format: { 'model.onnx': true } });
    await exportOnnx(model, { format: 'onnx' }, folder);
    expect(readdirSync(join(folder, 'onnx'))).toEqual(['model.onnx', 'model_fp16.onnx']);
    expect(config()).not.toHaveProperty(['transformers.js_config']);
  });

  it('is as it was when an export fails, and is not made at all when it was not there', async () => {
    const broken = tinyModel(tokenizer);
    broken.weights.get('classifier.weight')!.data[3] = -70_000;
    writeFileSync(join(folder, 'notes.txt'), '');
    expect(await failureOf(exportOnnx(broken, { format: 'onnx-fp16' }, folder))).toMatchObject({ code: 'weights-out-of-range' });
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    await expect(exportOnnx(broken, { format: 'onnx-fp16' }, join(folder, 'new', 'er'))).rejects.toThrow(/classifier.weight/);
    expect(readdirSync(join(folder, 'new'))).toEqual([]);
  });

  it('is left alone by an export that is stopped', async () => {
    const stop = new AbortController(), model = tinyModel(tokenizer);
    const stopping: Tokenizer = { ...tokenizer, saveTo: async (to) => { await tokenizer.saveTo(to); stop.abort(); } };
    expect(await failureOf(exportOnnx({ ...model, tokenizer: stopping }, { format: 'onnx', signal: stop.signal }, folder))).toMatchObject({ code: 'cancelled' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cannot be a file', async () => {
    expect(await failureOf(exportOnnx(tinyModel(tokenizer), { format: 'onnx' }, join(root, 'vocab.txt')))).toMatchObject({ code: 'write-failed' });
  });
});
