import { describe, expect, it } from 'vitest';
import { device } from '../../../src-main/engine/session/device.ts';
import type { TrainingSessionOptions } from '../../../src-main/engine/session/training-session.ts';
import { absoluteDifference, relativeDifference } from '../../support/closeness.ts';
import { microBatch, microHeads, microSession, windows } from '../../support/micro.ts';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { readGradients, trainAsReference } from '../nn/micro-trial.ts';

const cpu = device('cpu', 2);
const dropout = { hiddenDropoutProb: 0.1, attentionProbsDropoutProb: 0.1, classifierDropout: 0.2 };

interface Outcome { readonly loss: number; readonly gradients: ReadonlyMap<string, Float32Array>; readonly losses: readonly number[]; readonly weights: ReadonlyMap<string, Float32Array> }

/** One gradient and three steps of a reference model with dropout. */
async function outcomeOf(head: string, options: Partial<TrainingSessionOptions>): Promise<Outcome> {
  const session = await microSession(head, 'cpu', options, dropout), batch = microBatch(head);
  const loss = await session.gradients(batch), gradients = await readGradients(session, cpu);
  const trace = await trainAsReference(session, batch, 3);
  const weights = windows(session.layout, await session.state.readWeights());
  session.dispose();
  return { loss, gradients, losses: trace.map((step) => step.loss), weights };
}

function expectSame(actual: Outcome, expected: Outcome): void {
  expect(Math.abs(actual.loss / expected.loss - 1)).toBeLessThan(1e-6);
  expect(relativeDifference(actual.losses, expected.losses)).toBeLessThan(1e-5);
  const largest = Math.max(...[...expected.gradients.values()].map((gradient) => gradient.reduce((result, value) => Math.max(result, Math.abs(value)), 0)));
  for (const [name, gradient] of expected.gradients) {
    expect(relativeDifference(actual.gradients.get(name)!, gradient, largest), `gradient of ${name}`).toBeLessThan(2e-6);
    // The true gradient of a key's bias is nothing, and Adam makes a full step of whatever noise it has.
    if (!name.endsWith('key.bias')) expect(absoluteDifference(actual.weights.get(name)!, expected.weights.get(name)!), name).toBeLessThan(1e-4);
  }
}

describe.skipIf(materialIsAbsent).each(Object.keys(microHeads))('%s', (head) => {
  it('has the same loss, gradients and steps however much the runtime optimises its graph', async () => {
    const plain = await outcomeOf(head, { optimizationLevel: 0 });
    for (const optimizationLevel of [1, 2, 99] as const) expectSame(await outcomeOf(head, { optimizationLevel }), plain);
  });

  it('has the same loss, gradients and steps when activations are computed again', async () => {
    expectSame(await outcomeOf(head, { recompute: true }), await outcomeOf(head, {}));
  });
});
