/** The scores people ask for, in the order they read them, as they call them; the others are in the JSON. */
export const titles: Readonly<Record<string, string>> = {
  accuracy: 'accuracy', subsetAccuracy: 'subset accuracy', microF1: 'micro F1', macroF1: 'macro F1', samplesF1: 'samples F1', precision: 'precision', recall: 'recall', f1: 'F1',
  mcc: 'Matthews correlation', auc: 'area under ROC', hammingLoss: 'Hamming loss', pearson: 'Pearson correlation', spearman: 'Spearman correlation', r2: 'R²',
  rootMeanSquaredError: 'root mean squared error', meanAbsoluteError: 'mean absolute error', expectedCalibrationError: 'expected calibration error',
};
