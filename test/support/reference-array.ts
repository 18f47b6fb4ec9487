/** Numbers in row-major order, always in double precision; int32 and bool hold whole numbers. */
export interface NumericArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

type Index = readonly number[];

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** Calls `visit` with every index of `shape` in row-major order. The index is reused: copy it to keep it. */
export function eachIndex(shape: readonly number[], visit: (index: Index, place: number) => void): void {
  const index = shape.map(() => 0), size = sizeOf(shape);
  for (let place = 0; place < size; place++) {
    visit(index, place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** An array whose element at each index is `value(index)`. */
export function generate(shape: readonly number[], value: (index: Index) => number): NumericArray {
  const data = new Float64Array(sizeOf(shape));
  eachIndex(shape, (index, place) => (data[place] = value(index)));
  return { shape, data };
}

const placeOf = (shape: readonly number[], index: Index): number => shape.reduce((place, length, axis) => place * length + index[axis]!, 0);

export const read = (x: NumericArray, index: Index): number => x.data[placeOf(x.shape, index)]!;

/** The index in `shape` of the element that broadcasting puts at `index`. */
const broadcastFrom = (shape: readonly number[], index: Index): Index => shape.map((length, axis) => (length === 1 ? 0 : index[axis + index.length - shape.length]!));

export const readBroadcast = (x: NumericArray, index: Index): number => read(x, broadcastFrom(x.shape, index));

/** Adds every element of `x` to the element of a zero array that `target` names; an index of higher rank is broadcast backwards. */
export function accumulate(shape: readonly number[], x: NumericArray, target: (index: Index) => Index = (index) => broadcastFrom(shape, index)): NumericArray {
  const data = new Float64Array(sizeOf(shape));
  eachIndex(x.shape, (index, place) => (data[placeOf(shape, target(index))]! += x.data[place]!));
  return { shape, data };
}

export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).find((length) => length !== 1) ?? 1);
}

/** The vectors along the last axis. */
export function rowsOf(x: NumericArray): number[][] {
  const width = x.shape.at(-1)!;
  return Array.from({ length: width ? x.data.length / width : 0 }, (_, row) => Array.from(x.data.subarray(row * width, (row + 1) * width)));
}
