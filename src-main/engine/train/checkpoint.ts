import { join } from 'node:path';
import { InputError } from '../../../shared/domain/errors.ts';
import { makeFolder } from '../weights/atomic.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import type { StateArrays } from '../session/state/state.ts';
import type { Progress } from './progress.ts';

export const checkpointFile = (runFolder: string): string => join(runFolder, 'checkpoint', 'state.safetensors');
const arrayNames = ['weights', 'firstMoments', 'secondMoments'] as const;

/** Writes everything a run needs to go on, in one file, atomically. */
export async function writeCheckpoint(runFolder: string, state: StateArrays, progress: Progress): Promise<void> {
  await makeFolder(join(runFolder, 'checkpoint'));
  const tensors = new Map(arrayNames.map((name) => [name, { shape: [state[name].length], data: state[name] }]));
  await writeSafetensors(checkpointFile(runFolder), tensors, { metadata: { progress: JSON.stringify(progress) } });
}

/** @param length elements that each array must have. @throws InputError when there is none or it belongs to another model. */
export async function readCheckpoint(runFolder: string, length: number): Promise<{ state: StateArrays; progress: Progress }> {
  const { weights, metadata } = await readSafetensors(checkpointFile(runFolder));
  const [first, second, third] = arrayNames.map((name) => weights.get(name)?.data);
  if (!first || !second || !third || !metadata.progress || first.length !== length) {
    throw new InputError('checkpoint-unfit', `The checkpoint in ${runFolder} does not belong to this model; start the run anew without --resume.`);
  }
  return { state: { weights: first, firstMoments: second, secondMoments: third }, progress: JSON.parse(metadata.progress) as Progress };
}
