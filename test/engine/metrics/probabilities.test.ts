import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { expectedCalibrationError, reliabilityBins } from '../../../src-main/engine/metrics/calibration.ts';
import { meanOfDefined } from '../../../src-main/engine/metrics/means.ts';
import { argMax, sigmoid, softmax } from '../../../src-main/engine/metrics/model-outputs.ts';
import { binaryLogLoss, brierScore, logLoss } from '../../../src-main/engine/metrics/probability.ts';
import { rankingScores, rankOneAgainstRest, rocAucOneAgainstOne } from '../../../src-main/engine/metrics/ranking.ts';
import { expectScores, reference } from './reference.ts';

describe.skipIf(materialIsAbsent)('Scores of probabilities equal those of scikit-learn', () => {
  test.for([...reference.probabilities])('$name', ({ classes, gold, probabilities, expected }) => {
    const flat = probabilities.flat();
    const confidence = probabilities.map(row => Math.max(...row));
    const correct = Array.from(argMax(flat, classes), (label, row): number => (label === gold[row] ? 1 : 0));
    const rankings = rankOneAgainstRest(gold, flat, classes);
    const areas = rankings.map(label => label.auc);
    const precisions = rankings.map(label => label.averagePrecision);
    const goldRows = Array.from({ length: classes }, (_, label) => gold.filter(one => one === label).length);
    const bins = reliabilityBins(confidence, correct);
    const actual = {
      log_loss: logLoss(gold, flat, classes),
      brier_sum_over_classes: brierScore(gold, flat, classes),
      brier_binary: brierScore(gold, flat, classes) / 2,
      accuracy: correct.reduce((sum, one) => sum + one, 0) / gold.length,
      ece_10: expectedCalibrationError(bins),
      ece_15: expectedCalibrationError(reliabilityBins(confidence, correct, 15)),
      ece_10_bins: bins.map(bin => [bin.rows, bin.meanConfidence, bin.accuracy]),
      roc_auc: areas[1],
      average_precision: precisions[1],
      roc_auc_classes: areas,
      roc_auc_ovr_macro: meanOfDefined(areas),
      roc_auc_ovr_weighted: areas.reduce((sum, area, label) => sum + (area * goldRows[label]!) / gold.length, 0),
      roc_auc_ovo_macro: rocAucOneAgainstOne(gold, flat, classes),
      average_precision_classes: precisions,
    };
    expectScores(actual, expected);
  });
});

describe.skipIf(materialIsAbsent)('The expected calibration error equals the reference', () => {
  test.for([...reference.calibration])('$name', ({ confidence, correct, expected }) => {
    const actual = {
      ece_10: expectedCalibrationError(reliabilityBins(confidence, correct)),
      ece_15: expectedCalibrationError(reliabilityBins(confidence, correct, 15)),
    };
    expectScores(actual, expected);
  });
});

describe('Softmax and sigmoid', () => {
  const logits = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 6, maxLength: 6 });

  test('give probabilities that sum to 1 in each row, also of huge logits', () => {
    fc.assert(
      fc.property(logits, values => {
        const probabilities = softmax(values, 3);
        expect(probabilities[0]! + probabilities[1]! + probabilities[2]!).toBeCloseTo(1, 12);
        expect(probabilities[3]! + probabilities[4]! + probabilities[5]!).toBeCloseTo(1, 12);
        for (const probability of sigmoid(values)) expect(probability).toSatisfy((value: number) => value >= 0 && value <= 1);
      }),
    );
  });

  test('agree: of two labels softmax is the sigmoid of the difference', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), fc.double({ min: -30, max: 30, noNaN: true }), (first, second) => {
        expect(softmax([first, second], 2)[1]).toBeCloseTo(sigmoid([second - first])[0]!, 12);
      }),
    );
  });

  test('leave the logits as they were', () => {
    const values = Float64Array.of(1, 2);
    softmax(values, 2);
    sigmoid(values);
    expect([...values]).toEqual([1, 2]);
  });
});

describe('For any scores', () => {
  const rows = fc.array(fc.tuple(fc.nat(1), fc.nat(8)), { minLength: 2, maxLength: 30 });
  const split = (list: readonly (readonly [number, number])[]) => [list.map(row => row[0]), list.map(row => row[1])] as const;

  test('the area under the ROC curve is the share of positive-negative pairs in order', () => {
    fc.assert(
      fc.property(rows, list => {
        const positives = list.filter(row => row[0] === 1);
        const negatives = list.filter(row => row[0] === 0);
        const inOrder = positives.flatMap(([, high]) => negatives.map(([, low]) => (high > low ? 1 : high === low ? 0.5 : 0)) as number[]);
        const share = inOrder.reduce((sum, one) => sum + one, 0) / inOrder.length;
        expectScores(rankingScores(...split(list)).auc, share);
      }),
    );
  });

  test('a rising transformation changes neither that area nor average precision', () => {
    fc.assert(
      fc.property(rows, list => {
        const [positive, scores] = split(list);
        const raised = scores.map(score => Math.exp(score));
        expect(rankingScores(positive, raised)).toEqual(rankingScores(positive, scores));
      }),
    );
  });

  test('the order of rows changes neither', () => {
    const shuffledRows = rows.chain(list => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffledRows, ([list, shuffled]) => {
        expect(rankingScores(...split(shuffled))).toEqual(rankingScores(...split(list)));
      }),
    );
  });
});

describe('Log-loss', () => {
  test('of two labels is the same as one or as two columns', () => {
    expect(binaryLogLoss([1, 0, 1], [0.8, 0.3, 0])).toBeCloseTo(logLoss([1, 0, 1], [0.2, 0.8, 0.7, 0.3, 1, 0], 2), 12);
  });
});
