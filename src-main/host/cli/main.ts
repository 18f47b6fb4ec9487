import { fileURLToPath } from 'node:url';
import packageFile from '../../../package.json' with { type: 'json' };
import { StudioError, UsageError } from '../../../shared/domain/errors.ts';
import { libraryFolder } from '../../models/library-folder.ts';
import { ComputeClient } from '../../runs/compute-client.ts';
import { commonOptions, type Command } from './command.ts';
import { helpOf, overview } from './help.ts';
import { readArguments } from './options.ts';
import { Output } from './output.ts';
import { stopOnSignals } from './signals.ts';

/** Every command; its file is loaded when it is asked for. */
const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  demo: { summary: 'fine-tune the built-in model on sample data and try it', load: async () => (await import('./demo.ts')).demo },
  train: { summary: 'fine-tune a model on labelled rows', load: async () => (await import('./train.ts')).train },
  evaluate: { summary: 'score a fine-tuned model on labelled rows', load: async () => (await import('./evaluate.ts')).evaluate },
  predict: { summary: 'let a fine-tuned model label rows', load: async () => (await import('./predict.ts')).predict },
  export: { summary: 'write a fine-tuned model for other programs', load: async () => (await import('./export.ts')).exportModel },
  models: { summary: 'list, add and remove models of the library', load: async () => (await import('./models.ts')).models },
  devices: { summary: 'what this machine can train on', load: async () => (await import('./devices.ts')).devices },
  bench: { summary: 'a short standard benchmark of this machine', load: async () => (await import('./bench.ts')).bench },
};

const { version } = packageFile, names = Object.keys(commands);
const signal = stopOnSignals(process, () => process.exit(1));

async function run([name, ...args]: readonly string[]): Promise<void> {
  const plain = new Output(process, false);
  if (name === '--version') return plain.print(version);
  if (name === '--help' || name === '-h') return plain.print(...overview(commands, version));
  if (name === undefined) throw new UsageError('command-missing', `Give a command, one of ${names.join(', ')}; "sesame --help" says what they do.`);
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry) throw new UsageError('command-unknown', `There is no command ${name}; choose one of ${names.join(', ')}.`);
  const command = await entry.load(), { values, positionals } = readArguments(args, { ...command.options, ...commonOptions });
  if (values.help) return plain.print(...helpOf(name, entry.summary, command));
  outlivesReader = command.outlivesReader ?? false;
  output = new Output(process, values.json ?? false);
  await command.run({ values, positionals }, {
    output, signal, version, library: libraryFolder(values.library, process.env), compute: new ComputeClient(fileURLToPath(new URL('../compute/main.ts', import.meta.url))),
  });
}

let output = new Output(process, false), outlivesReader = false;

/** One sentence for the user, and the code that tells scripts whose fault it is. */
function fail(failure: unknown): number {
  output.clear();
  output.log(failure instanceof StudioError && failure.code !== 'internal' ? failure.message : `${firstLine(failure).replace(/\.$/, '')}; run it again with SESAME_DEBUG=1 and report what it says.`);
  // As it is: a stack has lines.
  if (process.env['SESAME_DEBUG']) console.error(failure);
  return failure instanceof UsageError ? 2 : 1;
}

/** A library's message may be many lines long. */
function firstLine(failure: unknown): string {
  const [line = ''] = (failure instanceof Error ? failure.message : String(failure)).split('\n');
  return failure instanceof StudioError ? line : `Something went wrong that should not have: ${line}`;
}

/** A pipe without a reader, or a terminal that was closed. */
const isGone = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || code === 'EIO';

// What no command waited for still ends in one sentence.
process.on('uncaughtException', (failure) => process.exit(fail(failure)));
// Whoever reads the output may stop reading, as "head" does: nothing is wrong then, and nobody is left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!isGone(error)) process.exit(fail(new StudioError('output-failed', `The output could not be written (${error.code}); check the disk it goes to.`)));
  if (!outlivesReader) process.exit(0);
});
// Nowhere is left to say it, and a training is worth more than its progress lines.
process.stderr.on('error', () => undefined);

const code = await run(process.argv.slice(2)).then(() => 0, fail);
// What still waits for input must not keep the process; what was written has to be out first.
process.stdout.write('', () => process.exit(code));
