import { InputError, UsageError } from '../../../shared/domain/errors.ts';
import { builtInFolder, builtInName } from '../../models/built-in.ts';
import { describeModel } from '../../models/description.ts';
import { downloadModel } from '../../models/download.ts';
import { importModel } from '../../models/import.ts';
import type { TransferProgress } from '../../models/progress.ts';
import { listModels, removeLeftovers, removeModel, type LibraryModel } from '../../models/store.ts';
import { command, type Context } from './command.ts';
import { bytes, duration, percent } from './format.ts';
import { text } from './options.ts';
import { table } from './table.ts';

const options = {
  name: text('NAME', 'import: what the library calls it (default: the folder\'s name)'),
  revision: text('NAME', 'download: a branch, tag or commit (default: main)'),
  hub: text('ADDRESS', 'download: a hub or mirror (default: HF_ENDPOINT, else https://huggingface.co)'),
  proxy: text('ADDRESS', 'download: http://host:port (default: HTTPS_PROXY)'),
};

/** `sesame models`: the library of base models and fine-tuned ones. */
export const models = command({
  forms: ['models list', 'models import DIR [--name NAME]', 'models download NAME [--revision NAME]', 'models remove NAME'],
  options,
  notes: ['A hub\'s token is read from HF_TOKEN.'],
  async run({ values, positionals: [action, what, ...more] }, context) {
    const { output, library, signal } = context, onProgress = showTransfer(context);
    if (action === 'list' && what === undefined) return list(context);
    if (!['import', 'download', 'remove'].includes(action ?? '') || what === undefined || more.length) throw new UsageError('argument-missing', 'Say what is to be done: models list, models import DIR, models download NAME or models remove NAME; see --help.');
    // Here, where the library is written anyway, so that a look at one that may only be read never fails.
    await removeLeftovers(library);
    if (action === 'remove') {
      await remove(what, library);
      return output.result({ removed: what }, () => [`${what} is removed.`]);
    }
    const model = action === 'import'
      ? await importModel(what, library, { name: values.name, signal, onProgress })
      : await downloadModel(what, library, { revision: values.revision, hub: values.hub, proxy: values.proxy, signal, onProgress });
    output.result(plain(model), () => [`The library has ${model.name} (${bytes(model.bytes)}); next:`, `  sesame train --model ${JSON.stringify(model.name)} --train FILE`]);
  },
});

async function list({ output, library }: Context): Promise<void> {
  const { models, damaged } = await listModels(library), builtIn = { name: builtInName, ...(await describeModel(builtInFolder)) };
  const about = ({ name, parameters, task }: Pick<LibraryModel, 'name' | 'parameters' | 'task'>) => [name, `${(parameters / 1e6).toFixed(1)} M`, task ?? 'encoder'];
  output.result({ library, models: [builtIn, ...models.map(plain)], damaged }, () => [
    ...table([['model', 'parameters', 'for', 'size'], [...about(builtIn), 'comes with the studio'], ...models.map((model) => [...about(model), bytes(model.bytes)])], { right: [1] }),
    ...damaged.map((id) => `Damaged, can only be removed: ${id}`),
  ]);
}

const plain = ({ name, id, folder, parameters, task, labels, bytes: size, added, source }: LibraryModel) => ({ name, id, folder, parameters, task, labels, bytes: size, added, source });

async function remove(name: string, library: string): Promise<void> {
  if (name === builtInName) throw new InputError('model-built-in', 'The built-in model belongs to the studio and cannot be removed.');
  const { models } = await listModels(library);
  await removeModel(models.find((model) => model.name === name)?.id ?? name, library);
}

function showTransfer({ output }: Context): (progress: TransferProgress) => void {
  return ({ stage, doneBytes, totalBytes, bytesPerSecond, secondsLeft }) => {
    if (stage === 'check') return output.progress('checking');
    const speed = bytesPerSecond ? `  ${bytes(bytesPerSecond)}/s` : '', left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`;
    output.progress(`${bytes(doneBytes)} of ${bytes(totalBytes)}  ${percent(doneBytes / Math.max(1, totalBytes))}${speed}${left}`);
  };
}
