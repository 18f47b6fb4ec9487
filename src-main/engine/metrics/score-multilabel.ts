import type { MultilabelLabelScores, MultilabelMetrics, MultilabelScores } from '../../../shared/domain/metrics.ts';
import { bootstrapIntervals, type BootstrapOptions } from './bootstrap.ts';
import { expectedCalibrationError, reliabilityBins } from './calibration.ts';
import { averageScores, type LabelCounts, labelRows } from './label-counts.ts';
import { labelRanking } from './label-ranking.ts';
import { meanOfDefined } from './means.ts';
import { column, sigmoid, type ModelOutputs } from './model-outputs.ts';
import { countOutcomes, decide, groupOutcomes, hammingLoss, sampleScores, subsetAccuracy, type MultilabelOutcomes } from './multilabel.ts';
import { binaryLogLoss } from './probability.ts';
import { rankingScores } from './ranking.ts';
import { requireShape } from './shape.ts';
import { defaultThreshold } from './thresholds.ts';

/** `gold` is 1 or 0, `[rows, labels]`, as are the outputs. */
export type MultilabelResults = ModelOutputs & {
  readonly labels: readonly string[];
  readonly gold: ArrayLike<number>;
  /** Of probabilities, `[labels]`; 0.5 unless told. */
  readonly thresholds?: ArrayLike<number>;
};

/** Throws a RangeError where outputs, gold and thresholds do not fit each other. */
export function scoreMultilabel(results: MultilabelResults, options: BootstrapOptions = {}): MultilabelMetrics {
  const { labels, gold, thresholds = labels.map(() => defaultThreshold) } = results;
  const rows = gold.length / labels.length;
  const probabilities = 'logits' in results ? sigmoid(results.logits) : results.probabilities;
  requireShape(probabilities, rows, labels.length);
  requireShape(thresholds, 1, labels.length);
  const outcomes = groupOutcomes(gold, decide(probabilities, thresholds), labels.length);
  const counts = countOutcomes(outcomes, outcomes.rows);
  const reliability = reliabilityBins(probabilities, gold);
  const table = labelTable(labels, gold, probabilities, thresholds, counts);
  const { macro, micro } = averageScores(counts);
  const samples = sampleScores(outcomes);
  const scores: MultilabelScores = {
    ...scoresOfOutcomes(outcomes, outcomes.rows),
    microPrecision: micro.precision,
    microRecall: micro.recall,
    macroPrecision: macro.precision,
    macroRecall: macro.recall,
    samplesPrecision: samples.precision,
    samplesRecall: samples.recall,
    samplesF1: samples.f1,
    samplesJaccard: samples.jaccard,
    logLoss: binaryLogLoss(gold, probabilities),
    expectedCalibrationError: expectedCalibrationError(reliability),
    auc: meanOfDefined(table.map(label => label.auc)),
    microAuc: rankingScores(gold, probabilities).auc,
    averagePrecision: meanOfDefined(table.map(label => label.averagePrecision)),
    ...labelRanking(gold, probabilities, labels.length),
  };
  return {
    rows,
    scores,
    intervals: bootstrapIntervals(outcomes.rows, resampled => scoresOfOutcomes(outcomes, resampled), options),
    labels: table,
    reliability,
  };
}

/** The scores that have intervals. */
function scoresOfOutcomes(outcomes: MultilabelOutcomes, rows: ArrayLike<number>) {
  const counts = countOutcomes(outcomes, rows);
  const { macro, micro, weighted } = averageScores(counts);
  return {
    subsetAccuracy: subsetAccuracy(outcomes, rows),
    hammingLoss: hammingLoss(counts),
    microF1: micro.f1,
    macroF1: macro.f1,
    weightedF1: weighted.f1,
  };
}

function labelTable(
  labels: readonly string[],
  gold: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  thresholds: ArrayLike<number>,
  counts: LabelCounts,
): MultilabelLabelScores[] {
  return labelRows(labels, counts).map((row, label) => ({
    ...row,
    ...rankingScores(column(gold, labels.length, label), column(probabilities, labels.length, label)),
    threshold: thresholds[label]!,
  }));
}
