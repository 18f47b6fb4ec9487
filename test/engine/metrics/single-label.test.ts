import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { materialIsAbsent } from '../../support/shared-material.ts';
import {
  accuracy,
  balancedAccuracy,
  cohenKappa,
  confusionMatrix,
  countLabels,
  filledCells,
  matthewsCorrelation,
} from '../../../src-main/engine/metrics/confusion.ts';
import { averageScores, perLabelScores } from '../../../src-main/engine/metrics/label-counts.ts';
import { expectScores, reference } from './reference.ts';

function countsOf(gold: readonly number[], predicted: readonly number[], labelCount: number) {
  const cells = filledCells(confusionMatrix(gold, predicted, labelCount));
  return countLabels(cells, cells.rows, labelCount);
}

describe.skipIf(materialIsAbsent)('Scores of one label a row equal those of scikit-learn', () => {
  test.for([...reference.single])('$name', ({ labels, gold, predicted, zero_division: zeroDivision, expected }) => {
    const matrix = confusionMatrix(
      gold.map(label => labels.indexOf(label)),
      predicted.map(label => labels.indexOf(label)),
      labels.length,
    );
    const cells = filledCells(matrix);
    const counts = countLabels(cells, cells.rows, labels.length);
    expect(matrix).toEqual(expected.confusion_matrix);
    const actual = {
      accuracy: accuracy(counts),
      balanced_accuracy: balancedAccuracy(counts),
      ...averageScores(counts, zeroDivision),
      classes: perLabelScores(counts, zeroDivision).map((scores, label) => ({
        label: labels[label],
        support: counts.support[label],
        ...scores,
      })),
      matthews_correlation: matthewsCorrelation(counts),
      cohen_kappa: cohenKappa(matrix),
      cohen_kappa_linear: cohenKappa(matrix, 'linear'),
      cohen_kappa_quadratic: cohenKappa(matrix, 'quadratic'),
      confusion_matrix: matrix,
    };
    expectScores(actual, expected);
  });
});

const labelCount = 4;
const rowsOfLabels = fc.array(fc.tuple(fc.nat(labelCount - 1), fc.nat(labelCount - 1)), { minLength: 1, maxLength: 40 });

describe('For any gold and predicted labels', () => {
  test('micro precision, recall and F1 are the accuracy', () => {
    fc.assert(
      fc.property(rowsOfLabels, rows => {
        const counts = countsOf(rows.map(row => row[0]), rows.map(row => row[1]), labelCount);
        const { micro } = averageScores(counts);
        for (const score of Object.values(micro)) expect(score).toBeCloseTo(accuracy(counts), 12);
      }),
    );
  });

  test('the order of rows changes no count', () => {
    const shuffledRows = rowsOfLabels.chain(rows => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    fc.assert(
      fc.property(shuffledRows, ([rows, shuffled]) => {
        const [before, after] = [rows, shuffled].map(list => countsOf(list.map(row => row[0]), list.map(row => row[1]), labelCount));
        expect(after).toEqual(before);
      }),
    );
  });

  test('renaming the labels changes no average, no correlation and no kappa', () => {
    const renamed = fc.shuffledSubarray([0, 1, 2, 3], { minLength: labelCount });
    fc.assert(
      fc.property(rowsOfLabels, renamed, (rows, names) => {
        const [before, after] = [[0, 1, 2, 3], names].map(nameOf => {
          const gold = rows.map(row => nameOf[row[0]]!);
          const predicted = rows.map(row => nameOf[row[1]]!);
          const counts = countsOf(gold, predicted, labelCount);
          const kappa = cohenKappa(confusionMatrix(gold, predicted, labelCount));
          return { ...averageScores(counts), mcc: matthewsCorrelation(counts), kappa };
        });
        expectScores(after, before);
      }),
    );
  });

  test('gold and prediction can change places: precision becomes recall, the correlation stays', () => {
    fc.assert(
      fc.property(rowsOfLabels, rows => {
        const [gold, predicted] = [rows.map(row => row[0]), rows.map(row => row[1])];
        const counts = countsOf(gold, predicted, labelCount);
        const swapped = countsOf(predicted, gold, labelCount);
        expect(averageScores(swapped).macro.recall).toBeCloseTo(averageScores(counts).macro.precision, 12);
        expect(matthewsCorrelation(swapped)).toBeCloseTo(matthewsCorrelation(counts), 12);
      }),
    );
  });
});
