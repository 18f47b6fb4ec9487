import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { CancelledError } from '../../../shared/domain/errors.ts';
import { GraphProtoSchema, ModelProtoSchema, TensorProto_DataLocation, TensorProtoSchema } from '../lowering/generated/onnx_pb.js';
import { graphMessage, modelMessage, onnxTypes, type OnnxGraph } from '../lowering/onnx.ts';
import { byteLength, type Initializer } from './initializer.ts';

/** Field numbers in onnx.proto. */
const fields = { modelGraph: 7, graphInitializer: 5, tensorRawData: 9 } as const;
/** Data that is to be mapped into memory starts at a page. */
const pageBytes = 4096;

export interface OnnxFile {
  readonly graph: OnnxGraph;
  readonly initializers: readonly Initializer[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The bytes of an ONNX file in pieces, one weight at a time.
 * @param dataFile the name of a file beside it that holds the weights (see `encodeData`); without one they are in the file itself, which
 * protobuf limits to 2 GB
 */
export function* encodeFile({ graph, initializers, metadata }: OnnxFile, dataFile?: string): Generator<Uint8Array> {
  const heads = dataFile === undefined ? initializers.map(inlineHead) : placed(initializers).map(({ initializer, offset }) => externalHead(initializer, dataFile, offset));
  const lengths = heads.map((head, index) => head.length + (dataFile === undefined ? byteLength(initializers[index] as Initializer) : 0));
  const tags = lengths.map((length) => tag(fields.graphInitializer, length));
  const graphBytes = toBinary(GraphProtoSchema, create(GraphProtoSchema, graphMessage(graph, 'graph')));
  const total = lengths.reduce((sum, length, index) => sum + length + (tags[index] as Uint8Array).length, graphBytes.length);
  yield toBinary(ModelProtoSchema, create(ModelProtoSchema, modelMessage(metadata, [])));
  yield tag(fields.modelGraph, total);
  yield graphBytes;
  for (const [index, initializer] of initializers.entries()) {
    yield tags[index] as Uint8Array;
    yield heads[index] as Uint8Array;
    if (dataFile === undefined) yield initializer.bytes();
  }
}

/** The bytes of the file that holds the weights of `encodeFile`, in pieces. */
export function* encodeData(initializers: readonly Initializer[]): Generator<Uint8Array> {
  for (const { initializer, padding } of placed(initializers)) {
    yield new Uint8Array(padding);
    yield initializer.bytes();
  }
}

/** The same pieces until the user stops it. @throws {CancelledError} */
export function* until(signal: AbortSignal | undefined, pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const piece of pieces) {
    if (signal?.aborted) throw new CancelledError();
    yield piece;
  }
}

/** Where each initializer lies in a file of data, and the zeros before it. */
function placed(initializers: readonly Initializer[]): { initializer: Initializer; offset: number; padding: number }[] {
  let end = 0;
  return initializers.map((initializer) => {
    const offset = Math.ceil(end / pageBytes) * pageBytes, padding = offset - end;
    end = offset + byteLength(initializer);
    return { initializer, offset, padding };
  });
}

const description = ({ name, type, shape }: Initializer) => ({ name, dataType: onnxTypes[type], dims: shape.map(BigInt) });

/** A tensor up to its bytes, which follow. */
function inlineHead(initializer: Initializer): Uint8Array {
  const described = toBinary(TensorProtoSchema, create(TensorProtoSchema, description(initializer)));
  return Buffer.concat([described, tag(fields.tensorRawData, byteLength(initializer))]);
}

function externalHead(initializer: Initializer, location: string, offset: number): Uint8Array {
  const externalData = Object.entries({ location, offset, length: byteLength(initializer) }).map(([key, value]) => ({ key, value: String(value) }));
  return toBinary(TensorProtoSchema, create(TensorProtoSchema, { ...description(initializer), dataLocation: TensorProto_DataLocation.EXTERNAL, externalData }));
}

/** What comes before a field of `length` bytes. */
const tag = (field: number, length: number): Uint8Array => new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish();
