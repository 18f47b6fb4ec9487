/** How well each row's labels are ordered by their scores. Averages over rows as in scikit-learn. */
export interface LabelRanking {
  /** Mean over gold labels of the share of gold ones among the labels scored at least as high; 1 for a row where every order is right. */
  readonly labelRankingAveragePrecision: number;
  /** The share of pairs of a gold and another label where the gold one does not score higher; 0 for a row without such pairs. */
  readonly labelRankingLoss: number;
  /** How many labels score at least as high as the lowest gold one; 0 for a row without gold. */
  readonly coverageError: number;
}

/** Tsoumakas, Katakis and Vlahavas (2010), section 7. `gold` (1 or 0) and `scores` are `[rows, labelCount]`. NaN without rows. */
export function labelRanking(gold: ArrayLike<number>, scores: ArrayLike<number>, labelCount: number): LabelRanking {
  const rows = gold.length / labelCount;
  let [precisions, losses, coverages] = [0, 0, 0];
  for (let start = 0; start < gold.length; start += labelCount) {
    let [goldLabels, rowPrecision, wrongPairs, coverage] = [0, 0, 0, 0];
    for (let label = start; label < start + labelCount; label++) {
      if (gold[label] !== 1) continue;
      let [atLeastAsHigh, goldAtLeastAsHigh] = [0, 0];
      for (let other = start; other < start + labelCount; other++) {
        if (scores[other]! < scores[label]!) continue;
        atLeastAsHigh += 1;
        goldAtLeastAsHigh += gold[other]!;
      }
      goldLabels += 1;
      rowPrecision += goldAtLeastAsHigh / atLeastAsHigh;
      wrongPairs += atLeastAsHigh - goldAtLeastAsHigh;
      coverage = Math.max(coverage, atLeastAsHigh);
    }
    const pairs = goldLabels * (labelCount - goldLabels);
    precisions += pairs > 0 ? rowPrecision / goldLabels : 1;
    losses += pairs > 0 ? wrongPairs / pairs : 0;
    coverages += coverage;
  }
  return {
    labelRankingAveragePrecision: precisions / rows,
    labelRankingLoss: losses / rows,
    coverageError: coverages / rows,
  };
}
