import type { ParityReport } from '../../engine/export/parity.ts';
import { onnxFormats } from '../../engine/export/formats.ts';
import { resolveModel } from '../../models/resolve.ts';
import { formats } from '../../datasets/record.ts';
import { exportFinishedModel } from '../../runs/export-model.ts';
import { openFinishedModel } from '../../runs/finished-model.ts';
import { titles } from '../../runs/score-titles.ts';
import { command } from './command.ts';
import { columnChoice, noPositionals, readingOptions, required, taskOption, trainableTask } from './data-options.ts';
import { bytes, count, score } from './format.ts';
import { choice, text, wholeNumber } from './options.ts';
import { table } from './table.ts';

const targets = [...onnxFormats, 'hf'] as const;

/** `sesame export`: a model's files for other programs, and how they compare with the model. */
export const exportModel = command({
  forms: ['export --model MODEL --format FORMAT --out DIR [--data FILE] [options]'],
  options: {
    model: text('MODEL', 'a folder of a fine-tuned model, or a model of the library'),
    format: choice('FORMAT', targets, `${targets.join(', ')} (Hugging Face)`),
    out: text('DIR', 'the folder to write to; several formats may share one'),
    data: text('FILE', 'labelled rows to compare an ONNX file with the model on (default: the dev rows of its run)'),
    'data-format': choice('FORMAT', formats, `of --data: ${formats.join(', ')} (default: told from the content)`),
    map: readingOptions.map,
    task: { ...taskOption.task, description: `${taskOption.task.description} (default: the model's)` },
    threads: wholeNumber('N', 1, 'of the processor (default: all)'),
  },
  async run({ values, positionals }, { output, signal, compute, library }) {
    noPositionals(positionals);
    const name = required(values.model, 'model', 'give the fine-tuned model'), as = required(values.format, 'format', `choose one of ${targets.join(', ')}`), out = required(values.out, 'out', 'give the folder to write to');
    const { folder } = await resolveModel(name, library, { signal }), model = await openFinishedModel(folder, trainableTask(values.task));
    const { files, parity } = await exportFinishedModel({ model, as, out, data: values.data, format: values['data-format'], map: columnChoice(values.map) }, {
      compute, signal, threads: values.threads, onEvent: ({ stage }) => output.progress(stage === 'writing' ? `writing to ${out}` : 'comparing what was written with the model'),
    });
    output.result({ model: name, task: model.task, format: as, out, files, parity: parity ?? null }, () => [
      `Written to ${out}:`, ...table(Object.entries(files).map(([file, size]) => [file, bytes(size)]), { right: [1] }), '', ...parityLines(as, parity),
    ]);
  },
});

function parityLines(as: (typeof targets)[number], parity: ParityReport | undefined): string[] {
  if (as === 'hf') return ['The weights are those of the model, unchanged.'];
  if (!parity) return ['It was compared with nothing; give labelled rows with --data FILE to see how it agrees with the model.'];
  const { rows, largestDifference, decisions, scores = {}, warnings } = parity;
  return [
    `Compared with the model on ${count(rows)} rows:`,
    ...table([
      ['largest difference of a logit', largestDifference === null ? 'not a number' : largestDifference.toExponential(1)],
      ...(decisions ? [['equal decisions', `${count(decisions.equal)} of ${count(decisions.compared)}`]] : []),
      ...Object.entries(scores).map(([name, { engine, exported }]) => [titles[name] ?? name, `${score(exported)} (the model: ${score(engine)})`]),
    ]),
    ...warnings.map(({ message }) => `Warning: ${message}`),
  ];
}
