import { readInputs } from '../../datasets/inputs.ts';
import { resolveModel } from '../../models/resolve.ts';
import { openFinishedModel } from '../../runs/finished-model.ts';
import { predictRows } from '../../runs/predict.ts';
import { command } from './command.ts';
import { columnChoice, noPositionals, readingOptions, required } from './data-options.ts';
import { text, wholeNumber } from './options.ts';

/** `sesame predict`: a line of JSON for each row, with the row's own keys and `prediction`. */
export const predict = command({
  forms: ['predict --model MODEL [--input FILE] [options]'],
  options: {
    model: text('MODEL', 'a folder of a fine-tuned model, or a model of the library'),
    input: text('FILE', 'rows to label; - or nothing for JSON lines from stdin, answered as they come'),
    ...readingOptions,
    threads: wholeNumber('N', 1, 'of the processor (default: all)'),
  },
  notes: ['Each row comes back as a line of JSON, with all its keys and "prediction".'],
  async run({ values, positionals }, { output, signal, compute, library }) {
    noPositionals(positionals);
    const { folder } = await resolveModel(required(values.model, 'model', 'give the fine-tuned model'), library, { signal }), model = await openFinishedModel(folder);
    const source = values.input === undefined || values.input === '-' ? process.stdin : values.input;
    const rows = readInputs(source, { texts: model.task === 'pair' ? 'two' : 'one-or-two', format: values.format, map: columnChoice(values.map), signal });
    for await (const { input, prediction } of predictRows(rows, model, { compute, signal, threads: values.threads })) await output.row(JSON.stringify({ ...input.fields, prediction }));
  },
});
