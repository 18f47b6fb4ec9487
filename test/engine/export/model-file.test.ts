import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Initializer } from '../../../src-main/engine/export/initializer.ts';
import { encodeData, encodeFile, until, type OnnxFile } from '../../../src-main/engine/export/model-file.ts';
import { ModelProtoSchema, TensorProto_DataLocation } from '../../../src-main/engine/lowering/generated/onnx_pb.js';

const initializer = (name: string, values: readonly number[]): Initializer => ({ name, type: 'float32', shape: [values.length], bytes: () => new Uint8Array(Float32Array.from(values).buffer) });

const file: OnnxFile = {
  graph: {
    nodes: [{ op: 'Add', inputs: ['x', 'one'], outputs: ['y'] }, { op: 'Add', inputs: ['y', 'two'], outputs: ['z'] }],
    inputs: [{ name: 'x', type: 'float32', shape: ['batch'] }], outputs: [{ name: 'z', type: 'float32', shape: ['batch'] }],
    initializers: [{ name: 'small', type: 'int64', shape: [], bytes: new Uint8Array(8) }],
  },
  initializers: [initializer('one', [1, 2, 3]), initializer('two', Array.from({ length: 2000 }, (_, index) => index))],
  metadata: { task: 'qa' },
};

const join = (pieces: Iterable<Uint8Array>): Buffer => Buffer.concat([...pieces]);

describe('a model file in pieces', () => {
  it('is one protobuf message when they are put together', () => {
    const model = fromBinary(ModelProtoSchema, join(encodeFile(file)));
    expect(model.graph?.node.map(({ output }) => output[0])).toEqual(['y', 'z']);
    expect(model.graph?.initializer.map(({ name, rawData }) => [name, rawData?.length])).toEqual([['small', 8], ['one', 12], ['two', 8000]]);
    expect(Buffer.from(model.graph?.initializer[1]?.rawData ?? []).readFloatLE(8)).toBe(3);
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([['task', 'qa']]);
  });

  it('makes the bytes of a weight only when it comes to it', () => {
    const made: string[] = [];
    const pieces = encodeFile({ ...file, initializers: file.initializers.map((one) => ({ ...one, bytes: () => { made.push(one.name); return one.bytes(); } })) });
    for (let piece = pieces.next(); !piece.done && made.length === 0; piece = pieces.next());
    expect(made).toEqual(['one']);
  });

  it('points to weights in a file of their own, each at the start of a page', () => {
    const model = fromBinary(ModelProtoSchema, join(encodeFile(file, 'model.onnx_data'))), data = join(encodeData(file.initializers));
    const [, one, two] = model.graph?.initializer ?? [];
    expect([one, two].map((tensor) => [tensor!.dataLocation, Object.fromEntries(tensor!.externalData.map(({ key, value }) => [key, value]))])).toEqual([
      [TensorProto_DataLocation.EXTERNAL, { location: 'model.onnx_data', offset: '0', length: '12' }],
      [TensorProto_DataLocation.EXTERNAL, { location: 'model.onnx_data', offset: '4096', length: '8000' }],
    ]);
    expect([data.length, data.readFloatLE(8), data.readFloatLE(4096 + 4)]).toEqual([12_096, 3, 1]);
  });

  it('ends where the user stops it', () => {
    const stop = new AbortController(), pieces = until(stop.signal, encodeFile(file));
    pieces.next();
    stop.abort();
    expect(() => pieces.next()).toThrow(expect.objectContaining({ code: 'cancelled' }));
  });
});
