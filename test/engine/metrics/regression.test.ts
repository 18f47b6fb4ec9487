import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { kendallTau } from '../../../src-main/engine/metrics/kendall.ts';
import { once, risingOrder } from '../../../src-main/engine/metrics/ranks.ts';
import { meanAbsoluteError, meanSquaredError, pearson, r2, spearman } from '../../../src-main/engine/metrics/regression.ts';
import { expectScores, reference } from './reference.ts';

function scoresOf(gold: readonly number[], predicted: readonly number[], repeats: ArrayLike<number> = once(gold.length)) {
  const ordered = (values: readonly number[]) => ({ values, order: risingOrder(values) });
  return {
    mean_squared_error: meanSquaredError(gold, predicted, repeats),
    mean_absolute_error: meanAbsoluteError(gold, predicted, repeats),
    r2: r2(gold, predicted, repeats),
    pearson: pearson(gold, predicted, repeats),
    spearman: spearman(ordered(gold), ordered(predicted), repeats),
  };
}

describe.skipIf(materialIsAbsent)('Scores of numbers equal those of scikit-learn and scipy', () => {
  test.for([...reference.regression])('$name', ({ gold, predicted, expected }) => {
    expectScores({ ...scoresOf(gold, predicted), kendall_tau_b: kendallTau(gold, predicted) }, expected);
  });
});

const points = fc.array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -6, max: 6 }), fc.nat(3)), { minLength: 2, maxLength: 30 });

describe('For any numbers', () => {
  test('rows counted several times score like rows written several times', () => {
    fc.assert(
      fc.property(points, list => {
        const written = list.flatMap(([gold, predicted, repeats]) => new Array<readonly [number, number]>(repeats).fill([gold, predicted]));
        const counted = scoresOf(list.map(point => point[0]), list.map(point => point[1]), list.map(point => point[2]));
        expectScores(counted, scoresOf(written.map(point => point[0]), written.map(point => point[1])));
      }),
    );
  });

  test("Kendall's tau-b is what counting every pair gives", () => {
    fc.assert(
      fc.property(points, list => {
        let [difference, untiedGold, untiedPredicted] = [0, 0, 0];
        list.forEach(([gold, predicted], index) => {
          for (const [otherGold, otherPredicted] of list.slice(index + 1)) {
            difference += Math.sign(gold - otherGold) * Math.sign(predicted - otherPredicted);
            untiedGold += gold === otherGold ? 0 : 1;
            untiedPredicted += predicted === otherPredicted ? 0 : 1;
          }
        });
        const tau = difference / Math.sqrt(untiedGold * untiedPredicted);
        expectScores(kendallTau(list.map(point => point[0]), list.map(point => point[1])), tau);
      }),
    );
  });

  test('a constant has no correlation, whatever its rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1e9, noNaN: true }), fc.integer({ min: 2, max: 50 }), (constant, length) => {
        const rising = Array.from({ length }, (_, index) => index);
        expect(pearson(new Array<number>(length).fill(constant), rising, once(length))).toBeNaN();
      }),
    );
  });
});
