import { UsageError } from '../../shared/domain/errors.ts';
import { detectFormat, importerFor } from '../datasets/importers/index.ts';
import { columnsOf, mapColumns, valueAt, type ColumnChoice } from '../datasets/mapping.ts';
import type { SourceRecord } from '../datasets/record.ts';
import { trainableTasks, type TrainableTask } from '../engine/tasks/index.ts';

const sampleSize = 1000;

/** What a labelled file is plainly for, with the reason. @throws UsageError where it is not plain; as `readExamples` */
export async function guessTask(path: string, { format, map = {} }: { format?: string | undefined; map?: ColumnChoice | undefined }): Promise<{ task: TrainableTask; reason: string }> {
  const importer = format === undefined ? await detectFormat(path) : importerFor(format), sample: SourceRecord[] = [];
  for await (const record of importer.read(path)) if (sample.push(record) === sampleSize) break;
  const columns = mapColumns(columnsOf(sample), map, { task: 'classification', texts: 'one-or-two', name: path });
  const labels = sample.map(({ fields }) => valueAt(fields, columns.label as string)).filter((label) => label !== null && label !== undefined && label !== '');
  if (labels.some((label) => Array.isArray(label))) return { task: 'multilabel', reason: `column “${columns.label}” holds lists` };
  const distinct = new Set(labels.map(String)), several = [...distinct].some((label) => /[#;|[]/.test(label));
  if (!several && [...distinct].every((label) => Number.isFinite(Number(label))) && [...distinct].some((label) => !Number.isInteger(Number(label)))) {
    return { task: 'regression', reason: `column “${columns.label}” holds numbers with fractions` };
  }
  // A label that stands for one row or two is none.
  if (several || distinct.size === 0 || distinct.size > Math.max(2, labels.length / 3)) throw new UsageError('task-missing', `What ${path} is to teach is not plain from it; say so with --task, one of ${trainableTasks.join(', ')}.`);
  if (columns.textPair !== undefined) return { task: 'pair', reason: `columns “${columns.text}” and “${columns.textPair}” hold two texts` };
  return { task: 'classification', reason: `column “${columns.label}” holds ${distinct.size === 1 ? 'one label' : `${distinct.size} labels`}` };
}
