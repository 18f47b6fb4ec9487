import { describe, expect, test } from 'vitest';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { scoreClassification } from '../../../src-main/engine/metrics/score-classification.ts';
import { scoreMultilabel } from '../../../src-main/engine/metrics/score-multilabel.ts';
import { scoreRegression } from '../../../src-main/engine/metrics/score-regression.ts';
import { expectScores, reference } from './reference.ts';

const few = { resamples: 50 };

describe.skipIf(materialIsAbsent)('The record of scores holds the reference results under their usual names', () => {
  test.for([...reference.probabilities])('for classification: $name', ({ classes, gold, probabilities, expected }) => {
    const labels = Array.from({ length: classes }, (_, label) => `label ${label}`);
    const { scores, labels: table } = scoreClassification({ labels, gold, probabilities: probabilities.flat() }, few);
    expectScores(scores, {
      accuracy: expected.accuracy,
      microF1: expected.accuracy,
      logLoss: expected.log_loss,
      brier: expected.brier_binary ?? expected.brier_sum_over_classes,
      expectedCalibrationError: expected.ece_10,
      ...(expected.roc_auc !== undefined && { auc: expected.roc_auc, averagePrecision: expected.average_precision }),
      ...(expected.roc_auc_ovr_macro !== undefined && { auc: expected.roc_auc_ovr_macro }),
    });
    if (expected.roc_auc_classes) expectScores(table.map(label => label.auc), expected.roc_auc_classes);
  });

  const scoringUndefinedAsZero = reference.multilabel.filter(one => one.zero_division === 0);
  test.for(scoringUndefinedAsZero)('for several labels: $name', ({ gold, scores: outputs, threshold, expected }) => {
    const labels = gold[0]!.map((_, label) => `label ${label}`);
    const thresholds = labels.map(() => threshold);
    const { scores, labels: table } = scoreMultilabel({ labels, gold: gold.flat(), probabilities: outputs.flat(), thresholds }, few);
    expectScores(scores, {
      subsetAccuracy: expected.subset_accuracy,
      hammingLoss: expected.hamming_loss,
      microPrecision: expected.micro.precision,
      microRecall: expected.micro.recall,
      microF1: expected.micro.f1,
      macroPrecision: expected.macro.precision,
      macroRecall: expected.macro.recall,
      macroF1: expected.macro.f1,
      weightedF1: expected.weighted.f1,
      samplesPrecision: expected.samples.precision,
      samplesRecall: expected.samples.recall,
      samplesF1: expected.samples.f1,
      samplesJaccard: expected.jaccard_samples,
      labelRankingAveragePrecision: expected.label_ranking_average_precision,
      labelRankingLoss: expected.label_ranking_loss,
      coverageError: expected.coverage_error,
      ...(expected.roc_auc_macro !== undefined && { auc: expected.roc_auc_macro }),
      ...(expected.roc_auc_micro !== undefined && { microAuc: expected.roc_auc_micro }),
    });
    expectScores(table, expected.labels);
  });

  test.for([...reference.regression])('for numbers: $name', ({ gold, predicted, expected }) => {
    expectScores(scoreRegression({ gold, predicted }, few).scores, {
      meanSquaredError: expected.mean_squared_error,
      rootMeanSquaredError: Math.sqrt(expected.mean_squared_error),
      meanAbsoluteError: expected.mean_absolute_error,
      r2: expected.r2,
      pearson: expected.pearson,
      spearman: expected.spearman,
      kendall: expected.kendall_tau_b,
    });
  });
});

describe('Classification', () => {
  const labels = ['negative', 'positive'];
  const gold = [0, 0, 1, 1, 1];
  const logits = [2, 0, 0, 1, 0, 3, 1, 0, -1, 1];

  test('with two labels also has precision, recall and F1 of the second one', () => {
    const { scores, labels: table, confusionMatrix } = scoreClassification({ labels, gold, logits });
    expect(confusionMatrix).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(scores.precision).toBeCloseTo(2 / 3, 12);
    expect(scores.recall).toBeCloseTo(2 / 3, 12);
    expect(scores.f1).toBe(table[1]!.f1);
    expect(table[1]).toMatchObject({ label: 'positive', support: 3, predicted: 3, truePositives: 2 });
  });

  test('with more labels has no score that belongs to one of them', () => {
    const { scores, intervals } = scoreClassification({ labels: [...labels, 'mixed'], gold: [0, 1], logits: [1, 0, 0, 0, 1, 0] });
    expect(scores).not.toHaveProperty('f1');
    expect(intervals).not.toHaveProperty('f1');
  });

  test('scores logits as the probabilities they stand for', () => {
    const probabilities = gold.flatMap((_, row) => {
      const exponentials = [Math.exp(logits[2 * row]!), Math.exp(logits[2 * row + 1]!)];
      return exponentials.map(value => value / (exponentials[0]! + exponentials[1]!));
    });
    expectScores(scoreClassification({ labels, gold, logits }).scores, scoreClassification({ labels, gold, probabilities }).scores);
  });

  test('has each interval around its score', () => {
    const { scores, intervals } = scoreClassification({ labels, gold, logits });
    const names = ['accuracy', 'balancedAccuracy', 'macroF1', 'microF1', 'weightedF1', 'mcc', 'precision', 'recall', 'f1'];
    expect(Object.keys(intervals)).toEqual(names);
    for (const [name, interval] of Object.entries(intervals)) {
      expect(interval.low).toBeLessThanOrEqual(scores[name as keyof typeof scores]!);
      expect(interval.high).toBeGreaterThanOrEqual(scores[name as keyof typeof scores]!);
    }
  });

  test('averages the area under the curve over the labels that occur', () => {
    const { scores, labels: table } = scoreClassification({ labels: [...labels, 'mixed'], gold: [0, 1], logits: [1, 0, 0, 0, 1, 0] });
    expect(table[2]!.auc).toBeNaN();
    expect(scores.auc).toBe(1);
  });

  test('of no rows is undefined, not an error', () => {
    const { scores, intervals } = scoreClassification({ labels, gold: [], logits: [] });
    expect(scores.accuracy).toBeNaN();
    expect(intervals.accuracy!.low).toBeNaN();
  });

  test('refuses outputs that do not fit the gold', () => {
    expect(() => scoreClassification({ labels, gold, logits: [1, 2, 3] })).toThrow('Expected 5 x 2 values, got 3.');
  });
});

describe('Several labels', () => {
  test('are chosen by the threshold of each', () => {
    const results = { labels: ['a', 'b'], gold: [1, 1, 0, 0], probabilities: [0.4, 0.6, 0.1, 0.55] };
    expect(scoreMultilabel(results).scores.subsetAccuracy).toBe(0);
    const tuned = scoreMultilabel({ ...results, thresholds: [0.3, 0.58] });
    expect(tuned.scores.subsetAccuracy).toBe(1);
    expect(tuned.labels.map(label => label.threshold)).toEqual([0.3, 0.58]);
  });

  test('have intervals for the scores of decisions', () => {
    const { intervals } = scoreMultilabel({ labels: ['a', 'b'], gold: [1, 1, 0, 0], logits: [1, 1, 1, -1] });
    expect(Object.keys(intervals)).toEqual(['subsetAccuracy', 'hammingLoss', 'microF1', 'macroF1', 'weightedF1']);
    expect(intervals.subsetAccuracy).toEqual({ low: 0, high: 1, level: 0.95 });
  });
});

describe('Regression', () => {
  test('has narrower intervals the more rows there are', () => {
    const widthOf = (rows: number): number => {
      const gold = Array.from({ length: rows }, (_, row) => row % 10);
      const predicted = gold.map((value, row) => value + 4 * Math.sin(row));
      const { pearson } = scoreRegression({ gold, predicted }, { resamples: 300 }).intervals;
      return pearson!.high - pearson!.low;
    };
    expect(widthOf(640) / widthOf(40)).toBeLessThan(0.5);
  });
});
