/** Throws a RangeError unless flat `values` hold `rows` rows of `columns`. */
export function requireShape(values: ArrayLike<number>, rows: number, columns: number): void {
  if (values.length === rows * columns) return;
  throw new RangeError(`Expected ${rows} x ${columns} values, got ${values.length}.`);
}
