import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildModel } from '../../../src-main/engine/nn/heads.ts';
import { adamWDefaults } from '../../../src-main/engine/optim/adamw.ts';
import { device } from '../../../src-main/engine/session/device.ts';
import { TrainingSession } from '../../../src-main/engine/session/training-session.ts';
import { microConfig } from '../../support/configs.ts';
import { midSizeBatch } from '../../support/mid-size.ts';

const folder = mkdtempSync(join(tmpdir(), 'profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface ProfileEvent { readonly cat: string; readonly name: string; readonly args?: { readonly op_name?: string } }

/** How often each operator of a gradient graph really ran, by the runtime's own profile. */
async function operatorsRun(recompute: boolean): Promise<Map<string, number>> {
  const prefix = join(folder, recompute ? 'again' : 'once'), config = { ...microConfig, vocabSize: 40_000 };
  const session = new TrainingSession(buildModel(config, 'sequence-classification', { training: true }), buildModel(config, 'sequence-classification').outputs, {
    device: device('cpu', 1), adamW: adamWDefaults, recompute, profilePrefix: prefix,
  });
  await session.gradients(midSizeBatch(2, 8));
  session.dispose();
  const file = readdirSync(folder).find((name) => join(folder, name).startsWith(prefix))!;
  const counts = new Map<string, number>();
  for (const { cat, name, args } of JSON.parse(readFileSync(join(folder, file), 'utf8')) as ProfileEvent[]) {
    if (cat === 'Node' && name.endsWith('_kernel_time') && args?.op_name) counts.set(args.op_name, (counts.get(args.op_name) ?? 0) + 1);
  }
  return counts;
}

it('activations are really computed again: the runtime does not merge them with the first ones', async () => {
  const once = await operatorsRun(false), again = await operatorsRun(true);
  // Each layer has one of each; the loss has a softmax of its own. It is the split of query, key and value that the runtime would merge.
  for (const operator of ['Split', 'Softmax', 'Gelu']) expect(again.get(operator)! - once.get(operator)!, operator).toBe(microConfig.numHiddenLayers);
});
