import { deviceNames } from '../../../shared/domain/devices.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { builtInName } from '../../models/built-in.ts';
import { resolveModel } from '../../models/resolve.ts';
import { schedules } from '../../engine/optim/schedule.ts';
import type { TrainableTask } from '../../engine/tasks/index.ts';
import type { Hyperparameters } from '../../engine/train/hyperparameters.ts';
import { planFineTuning, planResumption, type Plan } from '../../runs/fine-tune.ts';
import { guessTask } from '../../runs/guess-task.ts';
import { freshRunFolder } from '../../runs/run-folder.ts';
import { startFineTuning } from '../../runs/start.ts';
import { command, type Context } from './command.ts';
import { columnChoice, noPositionals, readingOptions, required, taskOption, trainableTask } from './data-options.ts';
import { choice, decimal, flag, text, wholeNumber, type Values } from './options.ts';
import { planLines, resultLines } from './train-report.ts';
import { reportTraining } from './training-progress.ts';

const options = {
  train: text('FILE', 'labelled rows to learn from'),
  dev: text('FILE', 'labelled rows that choose the best epoch (default: a tenth of --train)'),
  test: text('FILE', 'labelled rows scored once, at the end'),
  ...readingOptions,
  task: { ...taskOption.task, description: `${taskOption.task.description} (default: told from the columns, where they are plain)` },
  model: text('MODEL', `${builtInName}, a model of the library, or a folder in Hugging Face layout (default: ${builtInName})`),
  init: choice('HOW', ['pretrained', 'random'], 'pretrained, or random: the same sizes from scratch (default: pretrained)'),
  epochs: wholeNumber('N', 1, 'times through the rows'),
  'learning-rate': decimal('X', (value) => value > 0 && value <= 1, 'a number above 0, at most 1', 'at its peak'),
  'batch-size': wholeNumber('N', 1, 'rows of one step'),
  'max-length': wholeNumber('N', 8, 'tokens of a row; longer ones are cut'),
  'warmup-ratio': decimal('X', (value) => value >= 0 && value < 1, 'a number from 0 to below 1', 'share of the steps over which the learning rate rises (default: 0.1)'),
  schedule: choice('NAME', schedules, `${schedules.join(', ')} (default: linear)`),
  'weight-decay': decimal('X', (value) => value >= 0 && value <= 1, 'a number from 0 to 1', 'of AdamW (default: 0.01)'),
  patience: wholeNumber('N', 1, 'epochs without a better dev score after which training stops'),
  recompute: flag('less memory for a third more time'),
  seed: wholeNumber('N', 0, 'of everything drawn at random (default: 42)'),
  device: choice('DEVICE', ['auto', ...deviceNames], `auto, ${deviceNames.join(', ')} (default: auto, the fastest that works)`),
  threads: wholeNumber('N', 1, 'of the processor (default: all)'),
  out: text('DIR', 'a new folder for the run and its model (default: in the library)'),
  resume: text('DIR', 'go on with the unfinished run in a folder'),
};
type TrainValues = Values<typeof options>;

/** `sesame train`: everything left open is picked, said and can be given. */
export const train = command({
  forms: ['train --train FILE [--dev FILE] [--test FILE] [--task TASK] [--out DIR] [options]', 'train --resume DIR'],
  options,
  outlivesReader: true,
  notes: ['What is left out is picked from the data and the model. Ctrl-C stops and keeps a checkpoint to --resume.'],
  async run({ values, positionals }, context) {
    noPositionals(positionals);
    const { output, signal, compute } = context;
    const plan = values.resume === undefined ? await planAnew(values, context) : await planFurther(values, context);
    output.print(...planLines(plan));
    const result = await (await startFineTuning(plan, compute, { signal, onEvent: reportTraining(plan, output) })).result;
    const { warnings, truncated, heldOut, repeated } = plan.data, { out } = plan.job;
    output.result({ ...result, heldOut, repeated, truncated, warnings: warnings.map(({ file, warning }) => `${file} ${warning.message}`), out }, () => resultLines(result, out));
  },
});

async function planAnew(values: TrainValues, { output, signal, compute, library, version }: Context): Promise<Plan> {
  const data = { train: required(values.train, 'train', 'give the file to learn from'), dev: values.dev, test: values.test, format: values.format, map: columnChoice(values.map) };
  let task: TrainableTask | undefined = trainableTask(values.task);
  if (!task) {
    const guess = await guessTask(data.train, data);
    output.print(`The task is ${guess.task}: ${guess.reason}.`);
    task = guess.task;
  }
  const { name, folder, weightsHash: hash } = await resolveModel(values.model ?? builtInName, library, { signal });
  return planFineTuning({
    task, data, model: { name, folder, hash }, init: values.init ?? 'pretrained', device: values.device ?? 'auto', threads: values.threads,
    overrides: overridesFrom(values), out: values.out ?? freshRunFolder(library, task), version,
  }, { compute, signal });
}

/** Only what was given: what is left out must not cover what is picked. */
function overridesFrom(values: TrainValues): Partial<Hyperparameters> {
  const wishes: { [Name in keyof Hyperparameters]?: Hyperparameters[Name] | undefined } = {
    epochs: values.epochs, learningRate: values['learning-rate'], batchSize: values['batch-size'], maxLength: values['max-length'], warmupRatio: values['warmup-ratio'],
    schedule: values.schedule, weightDecay: values['weight-decay'], patience: values.patience, recompute: values.recompute, seed: values.seed,
  };
  return Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined));
}

/** @throws UsageError for options that would change the run */
async function planFurther(values: TrainValues, { compute, signal }: Context): Promise<Plan> {
  const other = Object.keys(values).find((name) => name in options && name !== 'resume');
  if (other) throw new UsageError('options-conflict', `--resume goes on with everything as the run was started; leave out --${other}.`);
  return planResumption(values.resume as string, { compute, signal });
}
