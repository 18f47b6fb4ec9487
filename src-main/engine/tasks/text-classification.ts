import { binaryLogLoss, logLoss } from '../metrics/probability.ts';
import { scoreClassification } from '../metrics/score-classification.ts';
import { scoreMultilabel } from '../metrics/score-multilabel.ts';
import { scoreRegression } from '../metrics/score-regression.ts';
import { sigmoid, softmax } from '../metrics/model-outputs.ts';
import type { BertConfig } from '../weights/config.ts';
import type { BatchArray, Gold, TaskDefinition, Targets } from './task.ts';

const head = 'sequence-classification';
const architectures = ['BertForSequenceClassification'];

/** `width` numbers of each of `rows`, one after another. */
function take<T extends Int32Array | Float32Array>({ data, width }: Targets, rows: readonly number[]): T {
  const taken = data instanceof Int32Array ? new Int32Array(rows.length * width) : new Float32Array(rows.length * width);
  rows.forEach((row, index) => taken.set(data.subarray(row * width, (row + 1) * width), index * width));
  return taken as T;
}

const labelInputs = (labels: BatchArray, rows: readonly number[], weight: number): Map<string, BatchArray> =>
  new Map([['labels', labels], ['labels_weights', { data: new Float32Array(rows.length).fill(weight), shape: [rows.length] }]]);

const numberOf = (labels: readonly string[]) => {
  const numbers = new Map(labels.map((label, index) => [label, index]));
  return (label: Gold): number => {
    const number = numbers.get(label as string);
    if (number === undefined) throw new RangeError(`no label is named ${String(label)}`);
    return number;
  };
};

/** One label a text, or a pair of texts: softmax and cross-entropy over the pooled first token. */
export const classification: TaskDefinition = {
  head,
  mainScore: 'accuracy',
  configure: (config: BertConfig, labels) => ({ ...config, architectures, id2label: [...labels], problemType: 'single_label_classification' }),
  encode: (gold, labels) => ({ data: Int32Array.from(gold, numberOf(labels)), width: 1 }),
  batchArrays: (targets, rows, weight) => labelInputs({ data: take(targets, rows), shape: [rows.length] }, rows, weight),
  score: (logits, { data }, labels, resamples) => scoreClassification({ labels, gold: data, logits }, resamples === undefined ? {} : { resamples }),
  loss: (logits, { data }) => logLoss(data, softmax(logits, logits.length / data.length), logits.length / data.length),
};

/** Any number of labels a text: a sigmoid and binary cross-entropy each, chosen above 0.5. */
export const multilabel: TaskDefinition = {
  head,
  mainScore: 'microF1',
  configure: (config, labels) => ({ ...config, architectures, id2label: [...labels], problemType: 'multi_label_classification' }),
  encode: (gold, labels) => {
    const data = new Float32Array(gold.length * labels.length), number = numberOf(labels);
    gold.forEach((names, row) => (names as readonly string[]).forEach((name) => { data[row * labels.length + number(name)] = 1; }));
    return { data, width: labels.length };
  },
  batchArrays: (targets, rows, weight) => labelInputs({ data: take(targets, rows), shape: [rows.length, targets.width] }, rows, weight),
  score: (logits, { data }, labels, resamples) => scoreMultilabel({ labels, gold: data, logits }, resamples === undefined ? {} : { resamples }),
  loss: (logits, { data }) => binaryLogLoss(data, sigmoid(logits)),
};

/** A number a text: squared error. */
export const regression: TaskDefinition = {
  head,
  mainScore: 'pearson',
  configure: (config) => ({ ...config, architectures, id2label: ['LABEL_0'], problemType: 'regression' }),
  encode: (gold) => ({ data: Float32Array.from(gold as readonly number[]), width: 1 }),
  batchArrays: (targets, rows, weight) => labelInputs({ data: take(targets, rows), shape: [rows.length, 1] }, rows, weight),
  score: (logits, { data }, _labels, resamples) => scoreRegression({ gold: data, predicted: logits }, resamples === undefined ? {} : { resamples }),
  loss: (logits, { data }) => logits.reduce((total, value, row) => total + (value - (data[row] as number)) ** 2, 0) / logits.length,
};
