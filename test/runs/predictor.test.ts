import { describe, expect, it } from 'vitest';
import { MachineError } from '../../shared/domain/errors.ts';
import type { ComputeClient, JobOptions, RunningJob } from '../../src-main/runs/compute-client.ts';
import type { FinishedModel } from '../../src-main/runs/finished-model.ts';
import { Predictor } from '../../src-main/runs/predictor.ts';
import type { Features } from '../../src-main/engine/tasks/features.ts';

/** A predictor whose compute process answers every portion with its own number, and can be made to die. */
function predictorOf() {
  let die: (reason: unknown) => void = () => undefined, asked = 0;
  const nothing = () => undefined;
  const start = (_job: unknown, { onEvent }: JobOptions<'predict'>): RunningJob<'predict'> => ({
    result: new Promise((_, reject) => { die = reject; }), pause: nothing, resume: nothing, stop: nothing, cancel: nothing, end: nothing,
    send: () => { setImmediate(() => onEvent?.({ type: 'logits', logits: Float32Array.of(asked++) })); },
  });
  const model = { folder: 'model', tokenizer: { padId: 0 } } as FinishedModel;
  return { predictor: new Predictor(model, { compute: { start } as unknown as ComputeClient, threads: 1 }), die: (reason: unknown) => die(reason) };
}
const rows: Features = { ids: new Int32Array(), typeIds: new Uint8Array(), starts: Int32Array.of(0), truncated: 0 };
const never = new Promise<never>(() => undefined);

describe('Predictor', () => {
  it('answers portions in their order', async () => {
    const { predictor } = predictorOf();
    expect([...await predictor.logits(rows), ...await predictor.logits(rows)]).toEqual([0, 1]);
  });

  it('gives its failure to whoever waits, and to whoever comes later', async () => {
    const { predictor, die } = predictorOf(), failure = new MachineError('compute-died', 'It died.');
    const waiting = predictor.unlessEnded(never);
    die(failure);
    await expect(waiting).rejects.toBe(failure);
    await expect(predictor.logits(rows)).rejects.toBe(failure);
  });

  it('passes on what the awaited work fails with', async () => {
    await expect(predictorOf().predictor.unlessEnded(Promise.reject(new Error('unreadable')))).rejects.toThrow('unreadable');
  });
});
