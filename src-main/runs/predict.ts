import type { UnlabelledInput } from '../datasets/inputs.ts';
import { sigmoid, softmax } from '../engine/metrics/model-outputs.ts';
import { buildFeatures } from '../engine/tasks/features.ts';
import type { FinishedModel } from './finished-model.ts';
import { Predictor, type PredictorOptions } from './predictor.ts';

/** What a model says of a row: the best label, those above a half, or a number, by its task. Probabilities by label. */
export type Prediction =
  | { readonly label: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly labels: readonly string[]; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly value: number };

export interface PredictedRow {
  readonly input: UnlabelledInput;
  readonly prediction: Prediction;
}

/** Enough rows to keep every core busy, few enough to be held. */
const mostRows = 512;

/** Predicts rows as they come, in their order; no more than a few hundred are held at a time. @throws as `Predictor.unlessEnded` and the rows */
export async function* predictRows(rows: AsyncIterable<UnlabelledInput>, model: FinishedModel, options: PredictorOptions): AsyncGenerator<PredictedRow, void, undefined> {
  using predictor = new Predictor(model, options);
  const portions = whatIsThere(rows, mostRows);
  for (;;) {
    // A model that cannot be used is no matter to wait for rows with.
    const portion = await predictor.unlessEnded(portions.next());
    if (portion.done) return;
    const logits = await predictor.logits(await buildFeatures(portion.value, model.tokenizer, { maxLength: model.maxLength, signal: options.signal }));
    const width = logits.length / portion.value.length;
    for (const [row, input] of portion.value.entries()) yield { input, prediction: interpret(logits.subarray(row * width, (row + 1) * width), model) };
  }
}

/** @param logits of one row */
function interpret(logits: Float32Array, { task, labels }: FinishedModel): Prediction {
  if (task === 'regression') return { value: logits[0] as number };
  const values = task === 'multilabel' ? sigmoid(logits) : softmax(logits, logits.length);
  const probabilities = Object.fromEntries(labels.map((label, index) => [label, values[index] as number]));
  if (task === 'multilabel') return { labels: labels.filter((_, index) => (values[index] as number) >= 0.5), probabilities };
  return { label: labels[values.indexOf(Math.max(...values))] as string, probabilities };
}

/** Portions of what has arrived, so that a row typed by hand is answered at once and a file goes through in large ones. */
export async function* whatIsThere<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T[], void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  for (let first = await next; !first.done; first = await next) {
    const portion = [first.value];
    next = iterator.next();
    for (let arrived = await unlessWaiting(next); arrived && !arrived.done; arrived = await unlessWaiting(next)) {
      portion.push(arrived.value);
      next = iterator.next();
      if (portion.length === most) break;
    }
    // A failure to read what follows is heard when it is asked for; the rows before it are answered first.
    next.catch(() => undefined);
    yield portion;
  }
}

/** Undefined for what fails, or is not there within the event loop's next round. */
const unlessWaiting = <T>(promise: Promise<T>): Promise<T | undefined> =>
  Promise.race([promise.catch(() => undefined), new Promise<undefined>((resolve) => { setImmediate(resolve, undefined); })]);
