import { create, library, type Handle } from './library.ts';

/** Element types that training graphs use, with ONNX's TensorProto.DataType numbers. */
export const dataTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
export type DataType = keyof typeof dataTypes;
export type TypedArray = Float32Array | Int32Array | Uint16Array | BigInt64Array | Uint8Array | Int8Array;

const bytesPerElement: Record<DataType, number> = { float32: 4, uint8: 1, int8: 1, int32: 4, int64: 8, bool: 1, float16: 2 };
const size = (shape: readonly number[]) => shape.reduce((product, dimension) => product * dimension, 1);

let hostMemory: Handle | undefined;
const arenaAllocator = 1, defaultMemory = 0;

/** A tensor that ONNX Runtime reads and writes: over a typed array of ours, or in a device's memory. */
export class Value {
  readonly handle: Handle;
  readonly shape: readonly number[];
  readonly dataType: DataType;
  /** Kept so that the memory outlives every native use of it; undefined on a device. */
  readonly data: TypedArray | undefined;

  private constructor(handle: Handle, shape: readonly number[], dataType: DataType, data?: TypedArray) {
    this.handle = handle;
    this.shape = shape;
    this.dataType = dataType;
    this.data = data;
  }

  /** Wraps `data` without copying; `data` must hold exactly `shape`'s elements. */
  static over(data: TypedArray, shape: readonly number[], dataType: DataType): Value {
    if (data.byteLength !== size(shape) * bytesPerElement[dataType]) throw new RangeError(`${data.byteLength} bytes given for ${dataType}[${shape.join(', ')}]`);
    // Small typed arrays live inside V8's heap and move; asking for their buffer pins the bytes.
    void data.buffer;
    hostMemory ??= create('CreateCpuMemoryInfo', arenaAllocator, defaultMemory);
    return new Value(create('CreateTensorWithDataAsOrtValue', hostMemory, data, data.byteLength, shape, shape.length, dataTypes[dataType]), shape, dataType, data);
  }

  /** Allocates uninitialised memory with a session's device allocator. */
  static on(allocator: Handle, shape: readonly number[], dataType: DataType): Value {
    return new Value(create('CreateTensorAsOrtValue', allocator, shape, shape.length, dataTypes[dataType]), shape, dataType);
  }

  dispose(): void {
    library().api.ReleaseValue(this.handle);
  }
}
