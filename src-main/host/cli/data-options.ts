import { UsageError } from '../../../shared/domain/errors.ts';
import { isTask, tasks } from '../../../shared/domain/tasks.ts';
import { parseColumnChoice, type ColumnChoice } from '../../datasets/mapping.ts';
import { formats } from '../../datasets/record.ts';
import { isTrainable, trainableTasks, type TrainableTask } from '../../engine/tasks/index.ts';
import { choice, texts } from './options.ts';

/** How a labelled file is to be read. */
export const readingOptions = {
  format: choice('FORMAT', formats, `${formats.join(', ')} (default: told from the content)`),
  map: texts('ROLE=COLUMN', 'the column of text, textPair, label, id or split (default: told from its name)'),
};

export const taskOption = { task: choice('TASK', tasks, `one of ${trainableTasks.join(', ')}`) };

/** @throws UsageError for an option that is needed and was not given */
export function required<Value>(value: Value | undefined, name: string, why: string): Value {
  if (value === undefined) throw new UsageError('option-missing', `--${name} is missing: ${why}; see --help.`);
  return value;
}

/** @throws UsageError for a task that cannot be trained from a file */
export function trainableTask(name: string | undefined): TrainableTask | undefined {
  if (name === undefined) return undefined;
  if (isTask(name) && isTrainable(name)) return name;
  throw new UsageError('task-untrainable', `The task ${name} cannot be trained here yet; choose one of ${trainableTasks.join(', ')}.`);
}

export const columnChoice = (map: readonly string[] | undefined): ColumnChoice | undefined => map && parseColumnChoice(map);

/** @throws UsageError for arguments that no option takes */
export function noPositionals(positionals: readonly string[]): void {
  if (positionals.length) throw new UsageError('argument-unknown', `The argument ${positionals[0]} belongs to no option; see --help.`);
}
