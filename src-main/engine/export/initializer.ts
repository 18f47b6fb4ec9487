import { InputError } from '../../../shared/domain/errors.ts';
import type { OnnxTensor, OnnxType } from '../lowering/onnx.ts';
import { float32ToFloat16 } from '../weights/half.ts';
import type { FileWeight } from './file-graph.ts';

/** A tensor of a file whose bytes are made when they are written, so that a model is never in memory twice. */
export interface Initializer extends Omit<OnnxTensor, 'bytes'> {
  readonly bytes: () => Uint8Array;
}

const elementBytes: Readonly<Record<OnnxType, number>> = { float32: 4, float16: 2, int32: 4, int64: 8, bool: 1, uint8: 1, int8: 1 };

export const byteLength = ({ type, shape }: Pick<Initializer, 'type' | 'shape'>): number => shape.reduce((count, length) => count * length, elementBytes[type]);

/** Little-endian like the format, because every machine this runs on is. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** A weight as it is. Writing it throws an {InputError} `weights-out-of-range` for a value that float16 does not have. */
export const plainInitializer = ({ name, type, shape, values }: FileWeight): Initializer => ({
  name, type, shape,
  bytes: () => bytesOf(type === 'float16' ? halves(name, values()) : values()),
});

function halves(name: string, values: Float32Array): Uint16Array {
  // 65,520 and up would be rounded to infinity.
  for (const value of values) {
    if (Math.abs(value) >= 65_520) throw new InputError('weights-out-of-range', `The weight “${name}” holds values too large for float16: export the model as onnx or onnx-int8.`);
  }
  return float32ToFloat16(values);
}
