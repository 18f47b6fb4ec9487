import type { ClassificationMetrics, ClassificationScores, LabelScores } from '../../../shared/domain/metrics.ts';
import { bootstrapIntervals, type BootstrapOptions } from './bootstrap.ts';
import { expectedCalibrationError, reliabilityBins } from './calibration.ts';
import { accuracy, balancedAccuracy, cohenKappa, confusionMatrix, countLabels, filledCells, matthewsCorrelation } from './confusion.ts';
import { averageScores, type LabelCounts, labelRows, perLabelScores } from './label-counts.ts';
import { meanOfDefined } from './means.ts';
import { argMax, softmax, type ModelOutputs } from './model-outputs.ts';
import { brierScore, logLoss } from './probability.ts';
import { rankOneAgainstRest } from './ranking.ts';
import { requireShape } from './shape.ts';

/** `gold` are label indexes `[rows]`; the outputs are `[rows, labels]`, of which the highest is the prediction. */
export type ClassificationResults = ModelOutputs & { readonly labels: readonly string[]; readonly gold: ArrayLike<number> };

/** Throws a RangeError where the outputs do not fit the gold. */
export function scoreClassification(results: ClassificationResults, options: BootstrapOptions = {}): ClassificationMetrics {
  const { labels, gold } = results;
  const probabilities = 'logits' in results ? softmax(results.logits, labels.length) : results.probabilities;
  requireShape(probabilities, gold.length, labels.length);
  const predicted = argMax(probabilities, labels.length);
  const matrix = confusionMatrix(gold, predicted, labels.length);
  const cells = filledCells(matrix);
  const counts = countLabels(cells, cells.rows, labels.length);
  const reliability = reliabilityBins(
    Array.from(predicted, (label, row) => probabilities[row * labels.length + label]!),
    Array.from(predicted, (label, row) => (label === gold[row] ? 1 : 0)),
  );
  const table = labelTable(labels, gold, probabilities, counts);
  const { macro } = averageScores(counts);
  const scores: ClassificationScores = {
    ...scoresOfCounts(counts),
    macroPrecision: macro.precision,
    macroRecall: macro.recall,
    cohenKappa: cohenKappa(matrix),
    logLoss: logLoss(gold, probabilities, labels.length),
    // With two labels both squares are equal; halved it is the score binary forecasts are known by.
    brier: brierScore(gold, probabilities, labels.length) / (labels.length === 2 ? 2 : 1),
    expectedCalibrationError: expectedCalibrationError(reliability),
    auc: overLabels(table, label => label.auc),
    averagePrecision: overLabels(table, label => label.averagePrecision),
  };
  return {
    rows: gold.length,
    scores,
    intervals: bootstrapIntervals(cells.rows, rows => scoresOfCounts(countLabels(cells, rows, labels.length)), options),
    labels: table,
    confusionMatrix: matrix,
    reliability,
  };
}

/** The scores that have intervals: those that depend on nothing but counts. */
function scoresOfCounts(counts: LabelCounts) {
  const { macro, micro, weighted } = averageScores(counts);
  return {
    accuracy: accuracy(counts),
    balancedAccuracy: balancedAccuracy(counts),
    macroF1: macro.f1,
    microF1: micro.f1,
    weightedF1: weighted.f1,
    mcc: matthewsCorrelation(counts),
    ...(counts.support.length === 2 ? perLabelScores(counts)[1] : {}),
  };
}

function labelTable(labels: readonly string[], gold: ArrayLike<number>, probabilities: ArrayLike<number>, counts: LabelCounts): LabelScores[] {
  const rankings = rankOneAgainstRest(gold, probabilities, labels.length);
  return labelRows(labels, counts).map((row, label) => ({ ...row, ...rankings[label]! }));
}

const overLabels = (table: readonly LabelScores[], score: (label: LabelScores) => number): number =>
  table.length === 2 ? score(table[1]!) : meanOfDefined(table.map(score));
