/**
 * Kendall's tau-b (1945), which corrects for ties, by Knight's (1966) count of the exchanges of a merge sort: n log n.
 * Both arrays are `[rows]`. NaN where either side is constant, and below two rows.
 */
export function kendallTau(left: ArrayLike<number>, right: ArrayLike<number>): number {
  const order = Uint32Array.from({ length: left.length }, (_, row) => row).sort(
    (first, second) => left[first]! - left[second]! || right[first]! - right[second]!,
  );
  const leftSorted = Float64Array.from(order, row => left[row]!);
  const rightByLeft = Float64Array.from(order, row => right[row]!);
  const tiedInLeft = countTiedPairs(order.length, (one, other) => leftSorted[one] === leftSorted[other]);
  const tiedInBoth = countTiedPairs(
    order.length,
    (one, other) => leftSorted[one] === leftSorted[other] && rightByLeft[one] === rightByLeft[other],
  );
  const rightSorted = rightByLeft.slice();
  const discordant = sortCountingExchanges(rightSorted);
  const tiedInRight = countTiedPairs(order.length, (one, other) => rightSorted[one] === rightSorted[other]);

  const pairs = (order.length * (order.length - 1)) / 2;
  const concordantMinusDiscordant = pairs - tiedInLeft - tiedInRight + tiedInBoth - 2 * discordant;
  return concordantMinusDiscordant / Math.sqrt(pairs - tiedInLeft) / Math.sqrt(pairs - tiedInRight);
}

/** Pairs of equal places in a sorted list, where equal ones are neighbours. */
function countTiedPairs(length: number, areTied: (one: number, other: number) => boolean): number {
  let [pairs, run] = [0, 1];
  for (let place = 1; place < length; place++) {
    run = areTied(place - 1, place) ? run + 1 : 1;
    pairs += run - 1;
  }
  return pairs;
}

/** Sorts `values` in place and returns how many pairs stood in falling order. */
function sortCountingExchanges(values: Float64Array): number {
  const merged = new Float64Array(values.length);
  let exchanges = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let [low, high] = [start, middle];
      for (let place = start; place < end; place++) {
        const takesHigh = low === middle || (high < end && values[high]! < values[low]!);
        if (takesHigh) exchanges += middle - low;
        merged[place] = takesHigh ? values[high++]! : values[low++]!;
      }
    }
    values.set(merged);
  }
  return exchanges;
}
