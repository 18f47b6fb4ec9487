import type { ComputeClient } from '../../runs/compute-client.ts';
import { flag, text, type Given, type Options } from './options.ts';
import type { Output } from './output.ts';

/** What every command is given besides its options. */
export interface Context {
  readonly output: Output;
  readonly compute: ComputeClient;
  /** Absolute path; need not exist. */
  readonly library: string;
  /** Aborts with a CancelledError when the user wants to stop. */
  readonly signal: AbortSignal;
  readonly version: string;
}

export interface Command<Definitions extends Options = Options> {
  /** The command line's forms, without `sesame`. */
  readonly forms: readonly string[];
  readonly options: Definitions;
  /** Goes on when nobody reads what it prints any more: what it makes is in files. */
  readonly outlivesReader?: boolean;
  /** Lines below the options in help. */
  readonly notes?: readonly string[];
  /** @throws UsageError for options that do not go together; any StudioError */
  run(given: Given<Definitions>, context: Context): Promise<void>;
}

/** What every command takes. */
export const commonOptions = {
  json: flag('the result as one JSON object on stdout, progress on stderr'),
  library: text('DIR', 'the library of models and runs (default: SESAME_LIBRARY, else your data folder)'),
  help: flag('this help'),
} satisfies Options;

/** Lets the table of commands hold commands of different options. */
export const command = <Definitions extends Options>(definition: Command<Definitions>): Command => definition;
