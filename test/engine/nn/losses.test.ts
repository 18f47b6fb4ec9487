import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src-main/engine/graph/autodiff.ts';
import { input, type Tensor } from '../../../src-main/engine/graph/tensor.ts';
import { binaryCrossEntropy, crossEntropy, klDivergence, logSoftmax, meanSquaredError } from '../../../src-main/engine/nn/losses.ts';
import { evaluate } from '../../support/reference-evaluator.ts';

const rows = 3, classes = 4;
const logits = input('logits', [rows, classes]), targets = input('targets', [rows, classes]), weights = input('weights', [rows]), labels = input('labels', [rows], 'int32');
type Feeds = Record<string, ArrayLike<number>>;
const valueOf = (tensor: Tensor, feeds: Feeds) => evaluate(new Map([['y', tensor]]), feeds).get('y')!.data;
const gradientOf = (loss: Tensor, feeds: Feeds) => valueOf(gradients(loss, [logits])[0]!, feeds);

const number = fc.double({ min: -20, max: 20, noNaN: true });
const matrix = fc.array(number, { minLength: rows * classes, maxLength: rows * classes });
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: rows * classes, maxLength: rows * classes });
const perRow = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: rows, maxLength: rows });
const classNumbers = fc.array(fc.nat(classes - 1), { minLength: rows, maxLength: rows });
const row = (values: ArrayLike<number>, index: number) => Array.from(values).slice(index * classes, (index + 1) * classes);
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
/** The definition, which is exact enough for numbers of this size. */
const probabilities = (values: readonly number[]) => values.map((value) => Math.exp(value) / total(values.map(Math.exp)));
const weighted = (terms: readonly number[], by: readonly number[]) => total(terms.map((term, index) => term * by[index]!));

describe('a loss is the weighted sum over rows of', () => {
  it('minus the logarithm of the label\'s probability', () => {
    fc.assert(fc.property(matrix, classNumbers, perRow, (values, numbers, by) => {
      const terms = numbers.map((label, index) => -Math.log(probabilities(row(values, index))[label]!));
      expect(valueOf(crossEntropy(logits, labels, weights), { logits: values, labels: numbers, weights: by })[0]).toBeCloseTo(weighted(terms, by), 8);
    }));
  });

  it('the mean binary cross-entropy of the labels', () => {
    fc.assert(fc.property(matrix, shares, perRow, (values, wanted, by) => {
      const terms = by.map((_, index) => total(row(values, index).map((logit, label) => {
        const probability = 1 / (1 + Math.exp(-logit)), target = row(wanted, index)[label]!;
        return -target * Math.log(probability) - (1 - target) * Math.log(1 / (1 + Math.exp(logit)));
      })) / classes);
      expect(valueOf(binaryCrossEntropy(logits, targets, weights), { logits: values, targets: wanted, weights: by })[0]).toBeCloseTo(weighted(terms, by), 6);
    }));
  });

  it('the mean squared error of the outputs', () => {
    fc.assert(fc.property(matrix, matrix, perRow, (values, wanted, by) => {
      const terms = by.map((_, index) => total(row(values, index).map((value, output) => (value - row(wanted, index)[output]!) ** 2)) / classes);
      expect(valueOf(meanSquaredError(logits, targets, weights), { logits: values, targets: wanted, weights: by })[0]).toBeCloseTo(weighted(terms, by), 6);
    }));
  });

  it('the divergence from a distribution, whose zeros count for nothing', () => {
    fc.assert(fc.property(matrix, matrix, perRow, (values, others, by) => {
      const wanted = by.flatMap((_, index) => probabilities(row(others, index)).map((share) => (share < 0.01 ? 0 : share)));
      const terms = by.map((_, index) => total(row(wanted, index).map((share, place) => (share ? share * Math.log(share / probabilities(row(values, index))[place]!) : 0))));
      expect(valueOf(klDivergence(logits, targets, weights), { logits: values, targets: wanted, weights: by })[0]).toBeCloseTo(weighted(terms, by), 6);
    }));
  });
});

describe('a row of weight zero', () => {
  it('adds nothing to loss or gradient, whatever its label', () => {
    const feeds = { logits: [1, 2, 3, 3, 2, 1, 0, 0, 0, 5, 5, 5], weights: [1, 0, 0] };
    const loss = crossEntropy(logits, labels, weights), known = { ...feeds, labels: [0, 1, 2] }, ignored = { ...feeds, labels: [0, -100, 99] };
    expect(valueOf(loss, ignored)).toEqual(valueOf(loss, known));
    expect(gradientOf(loss, ignored)).toEqual(gradientOf(loss, known));
    expect(gradientOf(loss, ignored).slice(classes).every((value) => value === 0)).toBe(true);
  });

  it('leaves the same gradient whether a batch comes whole or in parts, weighted by all its labels', () => {
    const values = [1, 2, 3, 3, 2, 1, 0, 1, 0, -1, 5, 2], loss = crossEntropy(logits, labels, weights);
    const part = (by: number[]) => gradientOf(loss, { logits: values, labels: [0, 1, 2], weights: by });
    const [whole, first, second] = [part([0.25, 0.5, 0.25]), part([0.25, 0.5, 0]), part([0, 0, 0.25])] as const;
    expect(first.map((value, index) => value + second[index]!)).toEqual(whole);
  });
});

describe('logits of any size', () => {
  const extreme = [500, -500, 0, -500, 500, 1e3, 0, -1e4, 0, 0, 0, 0];
  it('give a finite cross-entropy and gradient', () => {
    const feeds = { logits: extreme, labels: [1, 0, 3], weights: [1, 1, 1] }, loss = crossEntropy(logits, labels, weights);
    expect(valueOf(loss, feeds)[0]).toBeCloseTo(1000 + 500 + Math.log(4), 8);
    expect(gradientOf(loss, feeds).every(Number.isFinite)).toBe(true);
  });

  it('give a finite binary cross-entropy and gradient', () => {
    const feeds = { logits: extreme, targets: extreme.map((value) => Number(value < 0)), weights: [1, 1, 1] }, loss = binaryCrossEntropy(logits, targets, weights);
    expect(valueOf(loss, feeds).every(Number.isFinite)).toBe(true);
    expect(gradientOf(loss, feeds).every(Number.isFinite)).toBe(true);
  });

  it('have log probabilities that add up to one', () => {
    const logs = valueOf(logSoftmax(logits), { logits: extreme });
    for (let index = 0; index < rows; index++) expect(total(row(logs, index).map(Math.exp))).toBeCloseTo(1, 12);
  });
});

it('the gradient of cross-entropy is the probabilities less the label, times the weight', () => {
  fc.assert(fc.property(matrix, classNumbers, perRow, (values, numbers, by) => {
    const gradient = gradientOf(crossEntropy(logits, labels, weights), { logits: values, labels: numbers, weights: by });
    numbers.forEach((label, index) => probabilities(row(values, index)).forEach((probability, place) =>
      expect(gradient[index * classes + place]).toBeCloseTo((probability - Number(place === label)) * by[index]!, 10)));
  }));
});
