import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { PrecisionRecallF1 } from '../../../shared/domain/metrics.ts';
import type { ZeroDivision } from '../../../src-main/engine/metrics/label-counts.ts';
import { material, materialIsAbsent } from '../../support/shared-material.ts';

/** A number of the reference, null where it has none, an object with `error` where it refuses: both are NaN here. */
type Score = number | null | { readonly error: string };

interface Case<Expected> {
  readonly name: string;
  readonly expected: Expected;
}

interface Averages {
  readonly macro: PrecisionRecallF1;
  readonly micro: PrecisionRecallF1;
  readonly weighted: PrecisionRecallF1;
}

interface SingleLabelScores extends Averages {
  readonly accuracy: number;
  readonly balanced_accuracy: number;
  readonly classes: readonly (PrecisionRecallF1 & { readonly label: string; readonly support: number })[];
  readonly matthews_correlation: number;
  readonly cohen_kappa: Score;
  readonly cohen_kappa_linear: Score;
  readonly cohen_kappa_quadratic: Score;
  readonly confusion_matrix: readonly (readonly number[])[];
}

export interface SingleLabelCase extends Case<SingleLabelScores> {
  readonly labels: readonly string[];
  readonly gold: readonly string[];
  readonly predicted: readonly string[];
  readonly zero_division: ZeroDivision;
}

interface ProbabilityScores {
  readonly log_loss: number;
  readonly brier_sum_over_classes: number;
  readonly brier_binary?: number;
  readonly accuracy: number;
  readonly ece_10: number;
  readonly ece_15: number;
  readonly ece_10_bins: readonly (readonly [number, Score, Score])[];
  /** With two classes, of class 1. */
  readonly roc_auc?: Score;
  readonly average_precision?: Score;
  /** With more. */
  readonly roc_auc_classes?: readonly Score[];
  readonly roc_auc_ovr_macro?: number;
  readonly roc_auc_ovo_macro?: number;
  readonly average_precision_classes?: readonly Score[];
}

export interface ProbabilityCase extends Case<ProbabilityScores> {
  readonly classes: number;
  readonly gold: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
}

interface MultilabelCaseScores extends Averages {
  readonly subset_accuracy: number;
  readonly hamming_loss: number;
  readonly samples: PrecisionRecallF1;
  readonly jaccard_samples: number;
  readonly labels: readonly (PrecisionRecallF1 & { readonly support: number })[];
  readonly label_ranking_average_precision: number;
  readonly label_ranking_loss: number;
  readonly coverage_error: number;
  readonly roc_auc_labels: readonly Score[];
  readonly roc_auc_macro?: number;
  readonly roc_auc_micro?: number;
  readonly average_precision_labels: readonly Score[];
}

export interface MultilabelCase extends Case<MultilabelCaseScores> {
  readonly threshold: number;
  readonly zero_division: ZeroDivision;
  readonly gold: readonly (readonly number[])[];
  readonly scores: readonly (readonly number[])[];
}

interface RegressionCaseScores {
  readonly mean_squared_error: number;
  readonly mean_absolute_error: number;
  readonly r2: Score;
  readonly pearson: Score;
  readonly spearman: Score;
  readonly kendall_tau_b: Score;
}

export interface RegressionCase extends Case<RegressionCaseScores> {
  readonly gold: readonly number[];
  readonly predicted: readonly number[];
}

export interface CalibrationCase extends Case<{ readonly ece_10: number; readonly ece_15: number }> {
  readonly confidence: readonly number[];
  readonly correct: readonly number[];
}

interface ReferenceResults {
  readonly single: readonly SingleLabelCase[];
  readonly probabilities: readonly ProbabilityCase[];
  readonly multilabel: readonly MultilabelCase[];
  readonly regression: readonly RegressionCase[];
  readonly calibration: readonly CalibrationCase[];
}

/** The results of scikit-learn and scipy; no cases where the reference material is absent. */
export const reference: ReferenceResults = materialIsAbsent
  ? { single: [], probabilities: [], multilabel: [], regression: [], calibration: [] }
  : (JSON.parse(readFileSync(material('fixtures', 'metrics', 'classification.json'), 'utf8')) as ReferenceResults);

/** Compares numbers within 1e-6 (NaN equals NaN), through lists and the keys of `expected`; other keys of `actual` are not looked at. */
export function expectScores(actual: unknown, expected: unknown, path = 'score'): void {
  const isUndefined = expected === null || Number.isNaN(expected) || (typeof expected === 'object' && 'error' in expected);
  if (isUndefined) expect(actual, path).toBeNaN();
  else if (typeof expected === 'number') expect(Math.abs((actual as number) - expected), `${path}: ${actual}, not ${expected}`).toBeLessThan(1e-6);
  else if (typeof expected === 'object') {
    if (Array.isArray(expected)) expect(actual, path).toHaveLength(expected.length);
    for (const [key, value] of Object.entries(expected)) expectScores((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
  } else expect(actual, path).toEqual(expected);
}
