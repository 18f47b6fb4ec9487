/**
 * What a model scored, as a run keeps it and a screen shows it. Every score is a plain fraction (0.93, not 93 %).
 * A score that is undefined, such as the correlation with a constant, is NaN; JSON writes that as null.
 */

export interface ConfidenceInterval {
  readonly low: number;
  readonly high: number;
  /** The share of intervals made this way that hold the true value: 0.95. */
  readonly level: number;
}

export interface PrecisionRecallF1 {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** One row of the table of labels. */
export interface LabelScores extends PrecisionRecallF1 {
  readonly label: string;
  /** Rows whose gold has the label. */
  readonly support: number;
  /** Rows for which the model chose the label. */
  readonly predicted: number;
  /** Rows of which both are true. */
  readonly truePositives: number;
  /** Area under the ROC curve of this label against the rest. */
  readonly auc: number;
  readonly averagePrecision: number;
}

export interface MultilabelLabelScores extends LabelScores {
  /** The label is chosen where its probability is at least this. */
  readonly threshold: number;
}

/** The rows whose confidence falls into one of the equal bins of 0 to 1. Of an empty bin both means are NaN. */
export interface ReliabilityBin {
  readonly rows: number;
  readonly meanConfidence: number;
  /** The share of its rows on which the model was right. In a calibrated model it equals `meanConfidence`. */
  readonly accuracy: number;
}

export interface ClassificationScores {
  readonly accuracy: number;
  /** Mean recall of the labels that occur in the gold. */
  readonly balancedAccuracy: number;
  readonly macroPrecision: number;
  readonly macroRecall: number;
  readonly macroF1: number;
  readonly microF1: number;
  readonly weightedF1: number;
  /** Matthews correlation coefficient; 0 where it is undefined. */
  readonly mcc: number;
  readonly cohenKappa: number;
  /** Natural logarithm. */
  readonly logLoss: number;
  /** Two labels: 0 to 1. More labels: summed over them, 0 to 2. */
  readonly brier: number;
  /** Over 10 bins of equal width. */
  readonly expectedCalibrationError: number;
  /** Two labels: of the second one. More labels: each against the rest, the mean over the labels of which it is defined. */
  readonly auc: number;
  /** Averaged like `auc`. */
  readonly averagePrecision: number;
  /** With two labels only: of the second one, which Hugging Face's examples call class 1. So are recall and F1. */
  readonly precision?: number;
  readonly recall?: number;
  readonly f1?: number;
}

export interface MultilabelScores {
  /** The share of rows whose labels are all right and complete. */
  readonly subsetAccuracy: number;
  /** The share of wrong decisions among all rows and labels. */
  readonly hammingLoss: number;
  readonly microPrecision: number;
  readonly microRecall: number;
  readonly microF1: number;
  readonly macroPrecision: number;
  readonly macroRecall: number;
  readonly macroF1: number;
  readonly weightedF1: number;
  /** Between a row's gold and its predicted labels, the mean over rows. */
  readonly samplesPrecision: number;
  readonly samplesRecall: number;
  readonly samplesF1: number;
  /** The labels that are both to those that are either, the mean over rows. */
  readonly samplesJaccard: number;
  /** Binary cross-entropy, the mean over rows and labels, natural logarithm. */
  readonly logLoss: number;
  /** Of the probability that a label applies, over all rows and labels, in 10 bins. */
  readonly expectedCalibrationError: number;
  /** Mean over the labels of which it is defined. */
  readonly auc: number;
  /** All decisions as one list. */
  readonly microAuc: number;
  /** Mean over the labels of which it is defined. */
  readonly averagePrecision: number;
  readonly labelRankingAveragePrecision: number;
  readonly labelRankingLoss: number;
  /** How many of its best labels one has to take, on average, to have all the gold ones. */
  readonly coverageError: number;
}

/** Errors are in the units of the gold. */
export interface RegressionScores {
  readonly meanSquaredError: number;
  readonly rootMeanSquaredError: number;
  readonly meanAbsoluteError: number;
  readonly r2: number;
  readonly pearson: number;
  readonly spearman: number;
  /** Kendall's tau-b. */
  readonly kendall: number;
}

/** Intervals for some of the scores. */
export type Intervals<Scores> = { readonly [Name in keyof Scores]?: ConfidenceInterval };

export interface ClassificationMetrics {
  readonly rows: number;
  readonly scores: ClassificationScores;
  readonly intervals: Intervals<ClassificationScores>;
  readonly labels: readonly LabelScores[];
  /** `[gold][predicted]`, both in the order of `labels`. */
  readonly confusionMatrix: readonly (readonly number[])[];
  /** The rows by the probability of the label chosen, lowest bin first. */
  readonly reliability: readonly ReliabilityBin[];
}

export interface MultilabelMetrics {
  readonly rows: number;
  readonly scores: MultilabelScores;
  readonly intervals: Intervals<MultilabelScores>;
  readonly labels: readonly MultilabelLabelScores[];
  /** All decisions by the probability that the label applies; `accuracy` is the share of them where it does. */
  readonly reliability: readonly ReliabilityBin[];
}

export interface RegressionMetrics {
  readonly rows: number;
  readonly scores: RegressionScores;
  readonly intervals: Intervals<RegressionScores>;
}
