import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { averageScores, perLabelScores } from '../../../src-main/engine/metrics/label-counts.ts';
import { labelRanking } from '../../../src-main/engine/metrics/label-ranking.ts';
import { meanOfDefined } from '../../../src-main/engine/metrics/means.ts';
import { column } from '../../../src-main/engine/metrics/model-outputs.ts';
import { countOutcomes, decide, groupOutcomes, hammingLoss, sampleScores, subsetAccuracy } from '../../../src-main/engine/metrics/multilabel.ts';
import { rankingScores } from '../../../src-main/engine/metrics/ranking.ts';
import { tuneThresholds } from '../../../src-main/engine/metrics/thresholds.ts';
import { expectScores, reference } from './reference.ts';

describe.skipIf(materialIsAbsent)('Scores of several labels a row equal those of scikit-learn', () => {
  test.for([...reference.multilabel])('$name', ({ gold, scores, threshold, zero_division: zeroDivision, expected }) => {
    const labelCount = gold[0]!.length;
    const [flatGold, flatScores] = [gold.flat(), scores.flat()];
    const outcomes = groupOutcomes(flatGold, decide(flatScores, new Array<number>(labelCount).fill(threshold)), labelCount);
    const counts = countOutcomes(outcomes, outcomes.rows);
    const samples = sampleScores(outcomes, zeroDivision);
    const ranking = labelRanking(flatGold, flatScores, labelCount);
    const columns = gold[0]!.map((_, label) => rankingScores(column(flatGold, labelCount, label), column(flatScores, labelCount, label)));
    const actual = {
      ...averageScores(counts, zeroDivision),
      labels: perLabelScores(counts, zeroDivision).map((label, index) => ({ ...label, support: counts.support[index] })),
      subset_accuracy: subsetAccuracy(outcomes, outcomes.rows),
      hamming_loss: hammingLoss(counts),
      samples,
      jaccard_samples: samples.jaccard,
      label_ranking_average_precision: ranking.labelRankingAveragePrecision,
      label_ranking_loss: ranking.labelRankingLoss,
      coverage_error: ranking.coverageError,
      roc_auc_labels: columns.map(label => label.auc),
      roc_auc_macro: meanOfDefined(columns.map(label => label.auc)),
      roc_auc_micro: rankingScores(flatGold, flatScores).auc,
      average_precision_labels: columns.map(label => label.averagePrecision),
    };
    expectScores(actual, expected);
  });
});

const labelCount = 3;
const row = fc.array(fc.nat(1), { minLength: 2 * labelCount, maxLength: 2 * labelCount });
const rows = fc.array(row, { minLength: 1, maxLength: 30 });

function outcomesOf(list: readonly (readonly number[])[]) {
  const gold = list.flatMap(values => values.slice(0, labelCount));
  const predicted = list.flatMap(values => values.slice(labelCount));
  return groupOutcomes(gold, predicted, labelCount);
}

describe('For any gold and predicted sets of labels', () => {
  test('the order of rows changes no score', () => {
    const shuffledRows = rows.chain(list => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffledRows, ([list, shuffled]) => {
        const [before, after] = [list, shuffled].map(outcomesOf);
        expect(countOutcomes(after!, after!.rows)).toEqual(countOutcomes(before!, before!.rows));
        expectScores(sampleScores(after!), sampleScores(before!));
      }),
    );
  });

  test('rows that are exactly right are at most those right per label', () => {
    fc.assert(
      fc.property(rows, list => {
        const outcomes = outcomesOf(list);
        const rightDecisions = 1 - hammingLoss(countOutcomes(outcomes, outcomes.rows));
        expect(subsetAccuracy(outcomes, outcomes.rows)).toBeLessThanOrEqual(rightDecisions + 1e-12);
      }),
    );
  });
});

describe('Tuned thresholds', () => {
  const f1At = (probabilities: readonly number[], gold: readonly number[], threshold: number): number => {
    const outcomes = groupOutcomes(gold, decide(probabilities, [threshold]), 1);
    return perLabelScores(countOutcomes(outcomes, outcomes.rows))[0]!.f1;
  };

  test('have the highest F1 that any threshold has on these rows', () => {
    const scored = fc.array(fc.tuple(fc.nat(1), fc.nat(20)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scored, list => {
        const gold = list.map(one => one[0]);
        const probabilities = list.map(one => one[1] / 20);
        const [threshold] = tuneThresholds(probabilities, gold, 1);
        const best = Math.max(...probabilities.map(probability => f1At(probabilities, gold, probability)));
        expect(f1At(probabilities, gold, threshold!)).toBeCloseTo(best, 12);
      }),
    );
  });

  test('stay at 0.5 where nothing is better, and for a label without gold', () => {
    expect([...tuneThresholds([0.9, 0.9, 0.1, 0.2, 0.6, 0.7], [1, 0, 0, 0, 1, 0], 2)]).toEqual([0.5, 0.5]);
  });

  test('lie half way between the rows they part, each label by itself', () => {
    const thresholds = tuneThresholds([0.4, 0.9, 0.3, 0.8, 0.1, 0.6], [1, 1, 1, 1, 0, 0], 2);
    expect(thresholds[0]).toBeCloseTo(0.2, 12);
    expect(thresholds[1]).toBeCloseTo(0.7, 12);
  });
});
