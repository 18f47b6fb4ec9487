// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): random bits as a pure function of a
// counter and a key. Nothing has to be stored or replayed: a resumed run asks for the same numbers again.

const multiplierA = 0xd2511f53, multiplierB = 0xcd9e8d57, weylA = 0x9e3779b9, weylB = 0xbb67ae85, rounds = 10;

/** The upper 32 bits of the product of two unsigned 32-bit numbers. */
function highBits(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/** Four random 32-bit words for a counter of four words and a key of two. */
export function philox(counter: readonly [number, number, number, number], key: readonly [number, number]): [number, number, number, number] {
  let [a, b, c, d] = counter, [keyA, keyB] = key;
  for (let round = 0; round < rounds; round++) {
    const highA = highBits(multiplierA, a >>> 0), lowA = Math.imul(multiplierA, a), highC = highBits(multiplierB, c >>> 0), lowC = Math.imul(multiplierB, c);
    [a, b, c, d] = [highC ^ b ^ keyA, lowC, highA ^ d ^ keyB, lowA];
    [keyA, keyB] = [(keyA + weylA) | 0, (keyB + weylB) | 0];
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}

/** What random numbers are drawn for; each gets a stream of its own. */
export const purposes = { order: 1, dropout: 2, initialisation: 3, split: 4, masking: 5, bootstrap: 6 } as const;
export type Purpose = keyof typeof purposes;

/** A source of numbers evenly spread over 0 to 1, both excluded. */
export type Uniform = () => number;

/** The random numbers of one purpose at one step of a run, as a sequence. */
export class RandomStream {
  private readonly key: readonly [number, number];
  private readonly step: number;
  private block = 0;
  private words: number[] = [];

  /** @param seed any integer. @param step of the run, or of whatever the numbers are for. */
  constructor(seed: number, purpose: Purpose, step = 0) {
    this.key = [seed | 0, Math.floor(seed / 2 ** 32) ^ Math.imul(purposes[purpose], weylA)];
    this.step = step;
  }

  /** 0 .. 2^32 - 1 */
  uint32(): number {
    if (!this.words.length) this.words = philox([this.block++, this.step | 0, Math.floor(this.step / 2 ** 32), 0], this.key);
    return this.words.pop() as number;
  }

  /** Between 0 and 1, both excluded. */
  uniform(): number {
    return (this.uint32() + 0.5) / 2 ** 32;
  }

  /** From the normal distribution, by Box and Muller. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** 0, 1, ... `length` - 1 in random order (Fisher and Yates). */
  permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = Math.floor(this.uniform() * (last + 1));
      [order[last], order[other]] = [order[other] as number, order[last] as number];
    }
    return order;
  }
}
