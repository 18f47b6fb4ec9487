import type { Plan } from '../../runs/fine-tune.ts';
import type { RunResult } from '../../runs/run-result.ts';
import { bytes, count, duration, percent, plural } from './format.ts';
import { scoreLines } from './scores.ts';
import { table } from './table.ts';

const mostWarnings = 10;

/** What is going to be done, what was picked for it and why, and what of the data is left out. */
export function planLines({ record: { task, labels, model, device, threads, rows, hyperparameters: picked, picked: reasons }, job: { resume }, device: { reason, passedOver }, data }: Plan): string[] {
  const from = model.init === 'random' ? `the sizes of ${model.name}, from scratch` : model.name;
  const because = (reason: string | undefined) => (reason ? `(${reason})` : '');
  const lines = [
    `${resume ? 'Going on with' : 'Fine-tuning'} ${from} for ${task} on ${device === 'cpu' ? plural(threads, 'processor thread') : device}.`,
    ...table([
      ['rows', Object.entries(rows).map(([split, number]) => `${count(number)} ${split}`).join(', '), ''],
      ...(labels.length ? [['labels', shortened(labels), '']] : []),
      ['epochs', String(picked.epochs), because(reasons.epochs)],
      ['learning rate', String(picked.learningRate), because(reasons.learningRate)],
      ['batch size', String(picked.batchSize), because(reasons.batchSize)],
      ['maximum length', `${picked.maxLength} tokens`, because(reasons.maxLength)],
      ['schedule', picked.schedule, because(reasons.schedule)],
      ['warm-up', `${percent(picked.warmupRatio)} of the steps`, because(reasons.warmupRatio)],
      ['patience', `${plural(picked.patience, 'epoch')} without a better dev score`, because(reasons.patience)],
      ...(reason ? [['device', device, because(reason)]] : []),
      ['seed', String(picked.seed), ''],
    ]),
  ];
  lines.push(...passedOver);
  if (data.heldOut) lines.push(`No dev file was given: ${plural(rows.dev, 'row')} of the training file ${rows.dev === 1 ? 'is' : 'are'} set aside to choose the best epoch.`);
  if (data.repeated) lines.push(`${plural(data.repeated, 'dev row')} ${data.repeated === 1 ? 'is a training row' : 'are training rows'} as well; the scores will be better than on new texts.`);
  if (data.truncated) lines.push(`${plural(data.truncated, 'row')} longer than ${picked.maxLength} tokens ${data.truncated === 1 ? 'is' : 'are'} cut.`);
  if (data.warnings.length) lines.push(`${plural(data.warnings.length, 'row')} cannot be used and ${data.warnings.length === 1 ? 'is' : 'are'} left out:`, ...data.warnings.slice(0, mostWarnings).map(({ file, warning }) => `  ${file} ${warning.message}`));
  if (data.warnings.length > mostWarnings) lines.push(`  and ${count(data.warnings.length - mostWarnings)} more, all of them in the output of --json`);
  return lines;
}

function shortened(labels: readonly string[]): string {
  const first = labels.slice(0, 8).join(', ');
  return labels.length > 8 ? `${first} and ${labels.length - 8} more` : first;
}

/** What came of a run and what can be done with it. */
export function resultLines(result: RunResult, out: string): string[] {
  const { dev, test, bestEpoch, seconds, tokensPerSecond, peakMemory } = result;
  return [
    '', ...scoreLines(`Dev scores of epoch ${bestEpoch}, the best`, dev), ...(test ? ['', ...scoreLines('Test scores', test)] : []), '',
    `It took ${duration(seconds)}, at ${count(tokensPerSecond)} tokens/s and ${bytes(peakMemory)} of memory. The model is in ${out}; next:`,
    `  sesame evaluate --model ${out} --data FILE`,
    `  sesame predict --model ${out} --input FILE`,
    `  sesame export --model ${out} --format onnx --out DIR`,
  ];
}
