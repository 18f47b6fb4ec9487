import type { UnlabelledInput } from '../../datasets/inputs.ts';
import { sampleData } from '../../datasets/sample.ts';
import { builtInName } from '../../models/built-in.ts';
import { resolveModel } from '../../models/resolve.ts';
import { openFinishedModel } from '../../runs/finished-model.ts';
import { planFineTuning } from '../../runs/fine-tune.ts';
import { predictRows, type PredictedRow } from '../../runs/predict.ts';
import { freshRunFolder } from '../../runs/run-folder.ts';
import { startFineTuning } from '../../runs/start.ts';
import { command } from './command.ts';
import { noPositionals } from './data-options.ts';
import { duration, percent } from './format.ts';
import { wholeNumber } from './options.ts';
import { scoreLines } from './scores.ts';
import { table } from './table.ts';
import { planLines } from './train-report.ts';
import { reportTraining } from './training-progress.ts';

const sentences = ['A warm, funny and moving film that stays with you.', 'Two hours of my life that nobody will give back to me.', 'The plot is thin, but the actors make it a pleasure to watch.'];

/** `sesame demo`: from labelled sentences to a model that labels new ones, in a minute or so. */
export const demo = command({
  forms: ['demo'],
  outlivesReader: true,
  options: { threads: wholeNumber('N', 1, 'of the processor (default: all)') },
  async run({ values: { threads }, positionals }, { output, signal, compute, library, version }) {
    noPositionals(positionals);
    output.print('Sesame Studio learns to tell good film reviews from bad ones: 1,500 labelled sentences, on this machine alone.', '');
    const { name, folder, weightsHash: hash } = await resolveModel(builtInName, library, { signal }), out = freshRunFolder(library, 'demo');
    const plan = await planFineTuning({ task: 'classification', data: sampleData, model: { name, folder, hash }, init: 'pretrained', device: 'auto', threads, overrides: { epochs: 3 }, out, version }, { compute, signal });
    output.print(...planLines(plan));
    const result = await (await startFineTuning(plan, compute, { signal, onEvent: reportTraining(plan, output) })).result;
    output.progress('reading three new sentences');
    const answers: PredictedRow[] = [];
    for await (const row of predictRows(inputs(), await openFinishedModel(out), { compute, threads, signal })) answers.push(row);
    output.result({ ...result, out, predictions: answers.map(({ input: { text }, prediction }) => ({ text, prediction })) }, () => [
      '', ...scoreLines('Dev scores', result.dev), '', 'Three sentences that it has never seen:', ...table(answers.map(answerRow)), '',
      `It took ${duration(result.seconds)}. The built-in model is small and 1,500 sentences are few: a larger model and your own labels do better.`, 'Try next, with the whole path of a file of yours:',
      `  sesame predict --model ${out} --input FILE`, '  sesame train --train FILE', '  sesame --help',
    ]);
  },
});

async function* inputs(): AsyncGenerator<UnlabelledInput> {
  for (const [row, text] of sentences.entries()) yield { text, fields: { text }, line: row + 1, index: row + 1 };
}

function answerRow({ input, prediction }: PredictedRow): string[] {
  if (!('label' in prediction)) return [input.text, '', ''];
  return [input.text, prediction.label, percent(prediction.probabilities[prediction.label] as number)];
}
