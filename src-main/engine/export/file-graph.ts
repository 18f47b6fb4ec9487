import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValueInfo } from '../lowering/onnx.ts';
import type { WeightTensor, Weights } from '../weights/tensors.ts';

/** A weight as a file holds it. Its values are put in place only when they are written. */
export interface FileWeight {
  readonly name: string;
  readonly type: 'float32' | 'float16';
  readonly shape: readonly number[];
  readonly values: () => Float32Array;
}

/** A graph whose weights are part of it. */
export interface FileGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Small ones. */
  readonly constants: readonly OnnxTensor[];
  readonly weights: readonly FileWeight[];
}

/** The names of the dimensions in files that Hugging Face's exporter writes. */
const dimensionNames: Readonly<Record<string, string>> = { batch: 'batch_size', length: 'sequence_length' };

/**
 * What `lower` wrote of a model, as the graph of a file: weights are in it instead of inputs, ids are int64 as tokenizers give them
 * everywhere, and products take their weights as `[in, out]`, which every provider multiplies by without turning them first.
 * @param weights by the names of the model's parameters; a stacked parameter's name joins its parts' with `+`
 */
export function fileGraph({ nodes, inputs, outputs, initializers = [] }: OnnxGraph, weights: Weights): FileGraph {
  const ids = inputs.filter(({ type }) => type === 'int32');
  const products = transposedWeights(nodes);
  const written = nodes.map((node) => (products.has(node.inputs[1] as string) ? { ...node, attributes: {} } : node));
  return {
    nodes: withoutUnusedOutputs([...ids.map(castIds), ...written.map((node) => ({ ...node, inputs: node.inputs.map((name) => (ids.some((id) => id.name === name) ? castName(name) : name)) }))], outputs),
    inputs: ids.map((id) => named({ ...id, type: 'int64' })),
    outputs: outputs.map(named),
    constants: initializers,
    weights: inputs.filter((info) => !ids.includes(info)).map((info) => fileWeight(info, products.has(info.name), weights)),
  };
}

const castName = (name: string) => `${name}_int32`;
const castIds = ({ name }: OnnxValueInfo): OnnxNode => ({ op: 'Cast', inputs: [name], outputs: [castName(name)], attributes: { to: 6 } });
const named = (info: OnnxValueInfo): OnnxValueInfo => ({ ...info, shape: info.shape.map((size) => dimensionNames[size] ?? size) });

/** Weights that are only ever multiplied by transposed. */
function transposedWeights(nodes: readonly OnnxNode[]): Set<string> {
  const isTransposing = ({ op, attributes }: OnnxNode) => op === 'Gemm' && attributes?.transA === 0 && attributes.transB === 1;
  const candidates = new Set(nodes.filter(isTransposing).map(({ inputs }) => inputs[1] as string));
  for (const node of nodes) node.inputs.forEach((name, index) => { if (!isTransposing(node) || index !== 1) candidates.delete(name); });
  return candidates;
}

/** Outputs that nothing reads are left out from the end: few runtimes compute the statistics of LayerNormalization. */
function withoutUnusedOutputs(nodes: readonly OnnxNode[], outputs: readonly OnnxValueInfo[]): OnnxNode[] {
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)]);
  return nodes.map((node) => ({ ...node, outputs: node.outputs.slice(0, node.outputs.findLastIndex((name) => read.has(name)) + 1) }));
}

function fileWeight({ name, type, shape }: OnnxValueInfo, transposed: boolean, weights: Weights): FileWeight {
  const parts = name.split('+').map((part) => weights.get(part) as WeightTensor);
  const values = () => (parts.length === 1 ? (parts[0] as WeightTensor).data : concatenate(parts));
  const stored = shape as readonly number[];
  const common = { name, type: type as FileWeight['type'] };
  return transposed ? { ...common, shape: stored.toReversed(), values: () => transpose(values(), stored) } : { ...common, shape: stored, values };
}

function concatenate(parts: readonly WeightTensor[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, { data }) => length + data.length, 0));
  let offset = 0;
  for (const { data } of parts) {
    whole.set(data, offset);
    offset += data.length;
  }
  return whole;
}

/** `[rows, columns]` -> `[columns, rows]`. */
function transpose(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const turned = new Float32Array(values.length), height = rows as number, width = columns as number;
  for (let row = 0; row < height; row++) for (let column = 0; column < width; column++) turned[column * height + row] = values[row * width + column] as number;
  return turned;
}
