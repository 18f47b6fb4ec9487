import { basename, join } from 'node:path';
import { lower } from '../lowering/lower.ts';
import { producer } from '../lowering/onnx.ts';
import { makeFolder, writeFileAtomically } from '../weights/atomic.ts';
import { writeConfig } from '../weights/config.ts';
import { dataFilesIn, withDataFiles } from './data-files.ts';
import { fileGraph } from './file-graph.ts';
import { stopIfAsked, writeTogether, type FileSizes } from './folder.ts';
import { dataFileOf, onnxFiles, type OnnxFormat } from './formats.ts';
import { inferenceGraph, inHalf } from './inference-graph.ts';
import { byteLength, plainInitializer } from './initializer.ts';
import { encodeData, encodeFile, until, type OnnxFile } from './model-file.ts';
import { quantise } from './quantise.ts';
import { checkModel, readTrainedModel, type CheckedModel, type TrainedModel } from './trained-model.ts';

export interface OnnxExport {
  readonly format: OnnxFormat;
  /** Looked at between stages and between weights. */
  readonly signal?: AbortSignal | undefined;
  /** With more bytes of weights they go into a file of their own; the format itself ends at 2 GB. */
  readonly largestFile?: number;
}

export interface ExportedModel {
  /** From the folder. */
  readonly modelFile: string;
  /** Of all files that were written. */
  readonly sizes: FileSizes;
}

/** Protobuf's limit of 2^31 - 1 bytes, less ample room for the graph. */
const largestFileByDefault = 2_000_000_000;

/**
 * Writes a fine-tuned model as an ONNX file (opset 18, ONNX's own operators only) with config.json and the tokenizer's files, in the
 * layout that transformers.js and optimum read: `config.json`, `tokenizer.json`, ..., `onnx/model.onnx`, also `onnx/model_fp16.onnx` and
 * `onnx/model_quantized.onnx`. Formats may share a folder.
 *
 * Inputs: int64 `input_ids`, `attention_mask` and `token_type_ids`, `[batch_size, sequence_length]`. Outputs: float32 `logits`
 * `[batch_size, classes]` or `[batch_size, sequence_length, classes]`, or `start_logits` and `end_logits` `[batch_size, sequence_length]`.
 * Task, classes, problem type, greatest length and producer are in the file's metadata.
 * @param model or its folder in Hugging Face layout
 * @throws {InputError} as `readTrainedModel` and `checkModel`; `weights-out-of-range`
 * @throws {CancelledError} and {MachineError}; then `outFolder` is as it was
 */
export async function exportOnnx(model: TrainedModel | string, { format, signal, largestFile = largestFileByDefault }: OnnxExport, outFolder: string): Promise<ExportedModel> {
  const checked = checkModel(typeof model === 'string' ? await readTrainedModel(model) : model);
  const file = onnxFile(checked, format), modelFile = onnxFiles[format], dataFile = dataFileOf(modelFile);
  const apart = file.initializers.reduce((sum, initializer) => sum + byteLength(initializer), 0) > largestFile;
  const sizes = await writeTogether(outFolder, async (staging) => {
    stopIfAsked(signal);
    await checked.tokenizer.saveTo(staging);
    const otherDataFiles = (await dataFilesIn(outFolder)).filter((path) => path !== dataFile);
    await writeConfig(staging, withDataFiles(checked.config, apart ? [...otherDataFiles, dataFile] : otherDataFiles));
    await makeFolder(join(staging, 'onnx'));
    if (apart) await writeFileAtomically(join(staging, dataFile), until(signal, encodeData(file.initializers)));
    const pieces = apart ? encodeFile(file, basename(dataFile)) : encodeFile(file);
    await writeFileAtomically(join(staging, modelFile), until(signal, pieces));
  }, { signal, obsolete: [dataFile] });
  return { modelFile, sizes };
}

function onnxFile(model: CheckedModel, format: OnnxFormat): OnnxFile {
  const outputs = inferenceGraph(model.graph);
  const graph = fileGraph(lower(format === 'onnx-fp16' ? inHalf(outputs) : outputs, 'portable').graph, model.weights);
  const { nodes, inputs, outputs: results, constants, initializers } = format === 'onnx-int8' ? quantise(graph) : { ...graph, initializers: graph.weights.map(plainInitializer) };
  return { graph: { nodes, inputs, outputs: results, initializers: constants }, initializers, metadata: metadataOf(model) };
}

function metadataOf({ task, config, maxLength }: CheckedModel): Record<string, string> {
  return {
    task,
    max_length: String(maxLength),
    ...(config.id2label && { id2label: JSON.stringify(Object.fromEntries(config.id2label.map((label, id) => [id, label]))) }),
    ...(config.problemType && { problem_type: config.problemType }),
    producer,
  };
}
