import { resolveModel } from '../../models/resolve.ts';
import { evaluateModel } from '../../runs/evaluate.ts';
import { openFinishedModel } from '../../runs/finished-model.ts';
import { reportScores } from '../../runs/run-result.ts';
import { command } from './command.ts';
import { columnChoice, noPositionals, readingOptions, required, taskOption, trainableTask } from './data-options.ts';
import { count, plural } from './format.ts';
import { text, wholeNumber } from './options.ts';
import { confusionLines, labelLines, scoreLines } from './scores.ts';

/** `sesame evaluate`: scores with intervals, by label, and where labels are taken for each other. */
export const evaluate = command({
  forms: ['evaluate --model MODEL --data FILE [options]'],
  options: {
    model: text('MODEL', 'a folder of a fine-tuned model, or a model of the library'),
    data: text('FILE', 'labelled rows to score it on'),
    task: { ...taskOption.task, description: `${taskOption.task.description} (default: the model's)` },
    ...readingOptions,
    threads: wholeNumber('N', 1, 'of the processor (default: all)'),
  },
  async run({ values, positionals }, { output, signal, compute, library }) {
    noPositionals(positionals);
    const data = required(values.data, 'data', 'give the labelled file to score the model on'), name = required(values.model, 'model', 'give the model to score');
    const { folder } = await resolveModel(name, library, { signal }), model = await openFinishedModel(folder, trainableTask(values.task));
    const { metrics, loss, warnings, truncated } = await evaluateModel({ model, data, format: values.format, map: columnChoice(values.map) }, {
      compute, signal, threads: values.threads, onProgress: (done, total) => output.progress(`${count(done)} of ${count(total)} rows`),
    });
    const scores = reportScores(metrics), notes = warnings.map(({ message }) => `${data} ${message}`);
    // The scores stand under `dev` as well, so that a script reads this and what `train` gives alike.
    output.result({ task: model.task, model: name, data, ...scores, loss, truncated, warnings: notes, dev: scores }, () => [
      ...scoreLines(`Scores of ${name} on ${data}`, scores), ...section(labelLines(metrics)), ...section(confusionLines(metrics)),
      ...(truncated ? ['', `${plural(truncated, 'row')} longer than ${model.maxLength} tokens ${truncated === 1 ? 'was' : 'were'} cut.`] : []),
      ...(notes.length ? ['', `${plural(notes.length, 'row')} could not be used:`, ...notes.slice(0, 10).map((note) => `  ${note}`)] : []),
    ]);
  },
});

const section = (lines: readonly string[]): readonly string[] => (lines.length ? ['', ...lines] : []);
