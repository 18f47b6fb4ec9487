import { drawBinomial } from './binomial.ts';
import { sum } from './means.ts';
import type { Uniform } from '../random/philox.ts';

/** Above this many rows a kind it is faster to draw their number than to draw rows: a binomial costs as much as 10 to 15 rows. */
const rowsPerKind = 16;

/**
 * Draws as many rows as there are, with replacement, and counts them by kind: a function that fills `drawn` `[kinds]` anew at each call.
 * `counts` `[kinds]` are the rows of each kind. Rows of a kind are alike to every statistic, so only their number matters.
 */
export function resampler(counts: ArrayLike<number>, uniform: Uniform): (drawn: Float64Array) => void {
  const rows = sum(counts);
  if (rows > rowsPerKind * counts.length) return drawn => drawCounts(counts, rows, uniform, drawn);
  const kindOfRow = expand(counts, rows);
  return drawn => {
    drawn.fill(0);
    for (let draw = 0; draw < rows; draw++) drawn[kindOfRow[Math.floor(uniform() * rows)]!]! += 1;
  };
}

function expand(counts: ArrayLike<number>, rows: number): Uint32Array {
  const kindOfRow = new Uint32Array(rows);
  let start = 0;
  for (let kind = 0; kind < counts.length; kind++) {
    const end = start + counts[kind]!;
    kindOfRow.fill(kind, start, end);
    start = end;
  }
  return kindOfRow;
}

/** The multinomial distribution as a chain of binomials: of the draws left, how many fall on this kind and not on the rest. */
function drawCounts(counts: ArrayLike<number>, rows: number, uniform: Uniform, drawn: Float64Array): void {
  let drawsLeft = rows;
  let rowsLeft = rows;
  for (let kind = 0; kind < counts.length; kind++) {
    const count = counts[kind]!;
    drawn[kind] = rowsLeft > 0 ? drawBinomial(drawsLeft, count / rowsLeft, uniform) : 0;
    drawsLeft -= drawn[kind]!;
    rowsLeft -= count;
  }
}
