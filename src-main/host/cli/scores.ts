import type { ConfidenceInterval } from '../../../shared/domain/metrics.ts';
import type { Metrics } from '../../engine/tasks/task.ts';
import type { ScoreReport } from '../../runs/run-result.ts';
import { titles } from '../../runs/score-titles.ts';
import { plural, score } from './format.ts';
import { table } from './table.ts';

/** A heading and a line a score, each with its interval. */
export function scoreLines(heading: string, report: ScoreReport): string[] {
  const rows = Object.entries(titles).filter(([name]) => name in report).map(([name, title]) => [title, score(report[name]), interval((report.intervals as Readonly<Record<string, ConfidenceInterval>>)[name])]);
  return [`${heading} (${plural(report.rows, 'row')}, with 95 % intervals)`, ...table(rows, { right: [1] })];
}

const interval = (one: ConfidenceInterval | undefined): string => (one ? `${score(one.low)} to ${score(one.high)}` : '');

/** A line a label. None for regression. */
export function labelLines(metrics: Metrics): string[] {
  if (!('labels' in metrics)) return [];
  const rows = metrics.labels.map(({ label, precision, recall, f1, support }) => [label, score(precision), score(recall), score(f1), String(support)]);
  return table([['label', 'precision', 'recall', 'F1', 'rows'], ...rows], { right: [1, 2, 3, 4] });
}

/** More labels than these fit no terminal. */
const widest = 12;

/** Rows by their gold label, columns by the label the model chose. None for tasks without. */
export function confusionLines(metrics: Metrics): string[] {
  if (!('confusionMatrix' in metrics)) return [];
  const { labels, confusionMatrix } = metrics, names = labels.map(({ label }) => label);
  if (names.length > widest) return [`  The confusion matrix of ${names.length} labels is in the output of --json.`];
  return table([['gold \\ predicted', ...names], ...names.map((name, row) => [name, ...(confusionMatrix[row] ?? []).map(String)])], { right: names.map((_, column) => column + 1) });
}
