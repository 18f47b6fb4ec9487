export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index]!;
  return total;
}

/** NaN of none. */
export const mean = (values: ArrayLike<number>): number => sum(values) / values.length;

/** The mean of those that are not NaN; NaN where none is left. */
export const meanOfDefined = (values: readonly number[]): number => mean(values.filter(value => !Number.isNaN(value)));
