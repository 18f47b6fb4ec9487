import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceName } from '../../shared/domain/devices.ts';
import { InputError } from '../../shared/domain/errors.ts';
import { writeFileAtomically } from '../engine/weights/atomic.ts';
import type { TrainableTask } from '../engine/tasks/index.ts';
import type { LabelledFeatures } from '../engine/train/trainee.ts';
import type { Hyperparameters, Picked } from '../engine/train/hyperparameters.ts';

/** Where a run's examples come from; in a record every path is absolute. */
export interface DataSource {
  readonly train: string;
  readonly dev?: string | undefined;
  readonly test?: string | undefined;
  readonly format?: string | undefined;
  readonly map?: Readonly<Record<string, string>> | undefined;
}

/** Everything that decides a run's result: enough to resume it, or to repeat it. Kept as `run.json` in its folder. */
export interface RunRecord {
  readonly task: TrainableTask;
  readonly data: DataSource;
  /** SHA-256 of all token ids and labels of the splits. */
  readonly dataHash: string;
  readonly labels: readonly string[];
  readonly model: { readonly name: string; readonly folder: string; readonly hash: string; readonly init: 'pretrained' | 'random' };
  /** Names of weights that were drawn anew because the model's files lack them, and of those in its files that are of no use here. Known once it is loaded. */
  readonly weights?: { readonly missing: readonly string[]; readonly unexpected: readonly string[] };
  readonly hyperparameters: Hyperparameters;
  /** Why what the user left open was chosen. */
  readonly picked: Picked['reasons'];
  readonly device: DeviceName;
  readonly threads: number;
  readonly rows: { readonly train: number; readonly dev: number; readonly test?: number };
  readonly version: string;
  readonly started: string;
}

const file = 'run.json';

export const isRun = (folder: string): boolean => existsSync(join(folder, file));

export const writeRunRecord = (folder: string, record: RunRecord): Promise<void> => writeFileAtomically(join(folder, file), `${JSON.stringify(record, undefined, 2)}\n`);

/** @throws InputError when the folder holds no run. */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  try {
    return JSON.parse(await readFile(join(folder, file), 'utf8')) as RunRecord;
  } catch (cause) {
    throw new InputError('run-missing', `${folder} holds no run to go on with; give the folder that --out named when it was started.`, { cause });
  }
}

/** One hash over what the model sees of the data. */
export function hashData(splits: readonly LabelledFeatures[]): string {
  const hash = createHash('sha256');
  for (const { features, targets } of splits) for (const array of [features.ids, features.typeIds, features.starts, targets.data]) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
}
