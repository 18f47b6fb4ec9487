/** The indexes of `values` by rising value. */
export const risingOrder = (values: ArrayLike<number>): Uint32Array =>
  Uint32Array.from({ length: values.length }, (_, index) => index).sort((left, right) => values[left]! - values[right]!);

/**
 * The rank of each value, from 1, in a sample that holds value i `repeats[i]` times; ties share the middle of their places
 * (scipy's `rankdata`, "average"). All arrays are `[rows]`; `order` is `risingOrder(values)`.
 * A value of which there is none gets a rank too: pass over it.
 */
export function middleRanks(values: ArrayLike<number>, order: ArrayLike<number>, repeats: ArrayLike<number>): Float64Array {
  const ranks = new Float64Array(values.length);
  let below = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tied = 0;
    while (end < order.length && values[order[end]!] === values[order[start]!]) tied += repeats[order[end++]!]!;
    for (let place = start; place < end; place++) ranks[order[place]!] = below + (tied + 1) / 2;
    below += tied;
    start = end;
  }
  return ranks;
}

/** `length` ones: every row once. */
export const once = (length: number): Float64Array => new Float64Array(length).fill(1);
