import type { ReliabilityBin } from '../../../shared/domain/metrics.ts';

export const defaultBinCount = 10;

/**
 * Bins of equal width; bin i holds i/binCount < confidence <= (i+1)/binCount, the first one 0 too.
 * `confidence` (0 to 1) and `correct` (1 or 0) are `[rows]`.
 */
export function reliabilityBins(confidence: ArrayLike<number>, correct: ArrayLike<number>, binCount = defaultBinCount): ReliabilityBin[] {
  const sums = Array.from({ length: binCount }, () => ({ rows: 0, confidence: 0, correct: 0 }));
  for (let row = 0; row < confidence.length; row++) {
    // A softmax may round to a hair above 1.
    const index = Math.min(Math.max(Math.ceil(confidence[row]! * binCount) - 1, 0), binCount - 1);
    const bin = sums[index]!;
    bin.rows += 1;
    bin.confidence += confidence[row]!;
    bin.correct += correct[row]!;
  }
  return sums.map(bin => ({
    rows: bin.rows,
    meanConfidence: bin.confidence / bin.rows,
    accuracy: bin.correct / bin.rows,
  }));
}

/** Guo et al. (2017), eq. 3: mean over rows of their bin's |accuracy - mean confidence|. NaN without rows. */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  let [gaps, rows] = [0, 0];
  for (const bin of bins) {
    if (bin.rows === 0) continue;
    gaps += bin.rows * Math.abs(bin.accuracy - bin.meanConfidence);
    rows += bin.rows;
  }
  return gaps / rows;
}
