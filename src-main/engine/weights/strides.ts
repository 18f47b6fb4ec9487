/** True if elements of that shape and stride follow each other without gaps, in row-major order. Dimensions of length 1 may have any stride. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/** Number of elements from the first to the last one used, both included; 0 if there are none. */
export function spannedElements(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, length, axis) => span + (length - 1) * strides[axis]!, 1);
}

/**
 * The elements of a strided view, in row-major order, as an array of their own.
 * @param strides in elements, one per dimension, none negative; the view must lie within `storage`
 */
export function gatherStrided(storage: Float32Array, offset: number, shape: readonly number[], strides: readonly number[]): Float32Array {
  const count = shape.reduce((product, length) => product * length, 1);
  if (isContiguous(shape, strides)) return storage.slice(offset, offset + count);
  const gathered = new Float32Array(count);
  const position = shape.map(() => 0);
  const last = shape.length - 1, length = shape[last] ?? 1, step = strides[last] ?? 0;
  let source = offset;
  for (let row = 0; row < count; row += length) {
    for (let index = 0; index < length; index++) gathered[row + index] = storage[source + index * step]!;
    // Count up like an odometer, from the last dimension but one.
    for (let axis = last - 1; axis >= 0; axis--) {
      position[axis]!++;
      source += strides[axis]!;
      if (position[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return gathered;
}
