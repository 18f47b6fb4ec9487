import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType, ModelProtoSchema, TensorProto_DataType,
  type AttributeProtoSchema, type GraphProtoSchema, type TensorProtoSchema, type ValueInfoProtoSchema,
} from './generated/onnx_pb.js';

/** Element types as ONNX numbers them. */
export const onnxTypes = {
  float32: TensorProto_DataType.FLOAT, float16: TensorProto_DataType.FLOAT16, int32: TensorProto_DataType.INT32, int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL, uint8: TensorProto_DataType.UINT8, int8: TensorProto_DataType.INT8,
} as const;
export type OnnxType = keyof typeof onnxTypes;

/** A fixed length, or the name of a length that may vary from run to run. */
export type OnnxDimension = number | string;

export interface OnnxValueInfo { readonly name: string; readonly type: OnnxType; readonly shape: readonly OnnxDimension[] }
export interface OnnxTensor { readonly name: string; readonly type: OnnxType; readonly shape: readonly number[]; readonly bytes: Uint8Array }
export interface OnnxFloat { readonly float: number }

/** Plain numbers are ints; wrap a float as `{ float: 0.5 }`. */
export type OnnxAttribute = number | string | readonly number[] | OnnxFloat | OnnxGraph;

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Operator set: '' is ONNX's own, 'com.microsoft' the runtime's. */
  readonly domain?: string;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly initializers?: readonly OnnxTensor[];
}

export const producer = 'Sesame Studio';
const opset = 18, irVersion = 9;

const isGraph = (value: OnnxAttribute): value is OnnxGraph => typeof value === 'object' && 'nodes' in value;
const isFloat = (value: OnnxAttribute): value is OnnxFloat => typeof value === 'object' && 'float' in value;

function attribute(name: string, value: OnnxAttribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: BigInt(value) };
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  if (isFloat(value)) return { name, type: AttributeType.FLOAT, f: value.float };
  if (isGraph(value)) return { name, type: AttributeType.GRAPH, g: graphMessage(value, name) };
  return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
}

const valueInfo = ({ name, type, shape }: OnnxValueInfo): MessageInitShape<typeof ValueInfoProtoSchema> => ({
  name,
  type: {
    value: {
      case: 'tensorType',
      value: {
        elemType: onnxTypes[type],
        shape: { dim: shape.map((size) => ({ value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size } })) },
      },
    },
  },
});

const tensor = ({ name, type, shape, bytes }: OnnxTensor): MessageInitShape<typeof TensorProtoSchema> => ({ name, dataType: onnxTypes[type], dims: shape.map(BigInt), rawData: bytes });

/** A graph as protobuf writes it. */
export const graphMessage = ({ nodes, inputs, outputs, initializers = [] }: OnnxGraph, name: string): MessageInitShape<typeof GraphProtoSchema> => ({
  name,
  node: nodes.map(({ op, inputs, outputs, attributes = {}, domain = '' }) => ({
    name: outputs[0] ?? '', opType: op, domain, input: [...inputs], output: [...outputs], attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  })),
  input: inputs.map(valueInfo),
  output: outputs.map(valueInfo),
  initializer: initializers.map(tensor),
});

/** All of a model but its graph. @param domains operator sets it uses besides ONNX's own */
export const modelMessage = (metadata: Readonly<Record<string, string>>, domains: readonly string[]) => ({
  irVersion: BigInt(irVersion),
  producerName: producer,
  opsetImport: [{ domain: '', version: BigInt(opset) }, ...domains.map((domain) => ({ domain, version: 1n }))],
  metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
});

/** The bytes of an ONNX model file. */
export const encodeModel = (graph: OnnxGraph): Uint8Array =>
  toBinary(ModelProtoSchema, create(ModelProtoSchema, { ...modelMessage({}, ['com.microsoft']), graph: graphMessage(graph, 'graph') }));
