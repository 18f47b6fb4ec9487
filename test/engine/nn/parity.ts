import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../../../src-main/engine/session/device.ts';
import type { Batch, TrainingSession } from '../../../src-main/engine/session/training-session.ts';
import { absoluteDifference, expectClose, relativeDifference } from '../../support/closeness.ts';
import { flatten, microAfter, microBatch, microGradients, microHeads, microReference, microSession, windows, type Reference } from '../../support/micro.ts';
import { readGradients, trainAsReference } from './micro-trial.ts';

/** Where float32 PyTorch is as far from the float64 reference; for question answering alone. */
const wide: Readonly<Record<string, ReadonlySet<string>>> = {
  'question-answering': new Set(['bert.encoder.layer.1.output.LayerNorm.bias', 'qa_outputs.bias']),
};
/** The true gradient is about 1e-19, so that its sign, and Adam's step with it, is noise. */
const isKeyBias = (name: string) => name.endsWith('attention.self.key.bias');

/** Names that a reference's file has for tensors it shares, and those that they have in a graph. */
const tied: Readonly<Record<string, string>> = { 'cls.predictions.decoder.weight': 'bert.embeddings.word_embeddings.weight', 'cls.predictions.decoder.bias': 'cls.predictions.bias' };

/**
 * Every reference model on a device: outputs, gradients and training are those of the reference.
 * @param slack how many times the CPU's tolerances.
 * @param stepsOf how much of the trace is trained; all of it is 20.
 */
export function matchesReference(device: Device, slack: number, stepsOf: (head: string) => number): void {
  describe.each(Object.keys(microHeads))('%s', (head) => {
    let session: TrainingSession, reference: Reference, batch: Batch;
    beforeAll(async () => {
      [reference, batch] = [microReference(head), microBatch(head)];
      session = await microSession(head, device.name);
    });
    afterAll(() => session.dispose());

    it('has the reference\'s outputs', async () => {
      for (const [name, values] of await session.outputs(batch)) expectClose(values, flatten(reference[name] as never), slack * 1e-5, name);
    });

    it('has the reference\'s loss and gradients', async () => {
      expect(Math.abs((await session.gradients(batch)) / reference.loss - 1)).toBeLessThan(slack * 1e-5);
      const expected = await microGradients(head), actual = await readGradients(session, device);
      const largest = Math.max(...[...expected.values()].map(({ data }) => data.reduce((result, value) => Math.max(result, Math.abs(value)), 0)));
      expect([...expected.keys()].filter((name) => !actual.has(name))).toEqual([]);
      for (const [name, { data }] of expected) expect(relativeDifference(actual.get(name)!, data, largest), name).toBeLessThan(slack * 1e-4);
    });

    const steps = stepsOf(head);
    it(`trains as the reference for ${steps} steps`, async () => {
      const trace = await trainAsReference(session, batch, steps);
      for (const [step, { learning_rate, loss, gradient_norm }] of reference.trace.slice(0, steps).entries()) {
        expect(trace[step]!.learningRate).toBeCloseTo(learning_rate, 12);
        expect(Math.abs(trace[step]!.loss - loss), `loss of step ${step}`).toBeLessThan(slack * 1e-4);
        expect(Math.abs(trace[step]!.gradientNorm / gradient_norm - 1), `gradient norm of step ${step}`).toBeLessThan(slack * 1e-3);
      }
      if (steps < reference.trace.length) return;
      const actual = windows(session.layout, await session.state.readWeights());
      for (const [name, { data }] of await microAfter(head)) {
        if (!isKeyBias(name)) expect(absoluteDifference(actual.get(tied[name] ?? name)!, data), name).toBeLessThan(slack * (wide[head]?.has(name) ? 2e-3 : 1e-4));
      }
    }, 240_000);
  });
}
