import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleFactor, schedules } from '../../../src-main/engine/optim/schedule.ts';

/** `get_linear_schedule_with_warmup` and its siblings, as transformers 5.18 writes them. */
const transformers: Record<(typeof schedules)[number], (step: number, warmup: number, total: number) => number> = {
  linear: (step, warmup, total) => (step < warmup ? step / Math.max(1, warmup) : Math.max(0, (total - step) / Math.max(1, total - warmup))),
  cosine: (step, warmup, total) => (step < warmup ? step / Math.max(1, warmup) : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * 0.5 * 2 * ((step - warmup) / Math.max(1, total - warmup)))))),
  constant: (step, warmup) => (step < warmup ? step / Math.max(1, warmup) : 1),
};

const runs = fc.integer({ min: 1, max: 5000 }).chain((total) => fc.record({ total: fc.constant(total), warmup: fc.nat(total + 10), step: fc.nat(total - 1) }));

describe.each(schedules)('the %s schedule', (schedule) => {
  it('gives transformers\' factor at every step of every run', () => {
    fc.assert(fc.property(runs, ({ step, warmup, total }) => {
      expect(scheduleFactor(schedule, step, warmup, total)).toBeCloseTo(transformers[schedule](step, warmup, total), 12);
    }));
  });

  it('rises to its peak at the end of the warm-up, then never again', () => {
    fc.assert(fc.property(runs, ({ step, warmup, total }) => {
      const [now, next] = [scheduleFactor(schedule, step, warmup, total), scheduleFactor(schedule, step + 1, warmup, total)];
      expect(now).toBeGreaterThanOrEqual(0);
      expect(now).toBeLessThanOrEqual(1);
      if (step < warmup) expect(next).toBeGreaterThan(now);
      else expect(next).toBeLessThanOrEqual(now);
      if (warmup < total) expect(scheduleFactor(schedule, warmup, warmup, total)).toBe(1);
    }));
  });

  it('starts at zero with a warm-up and at the peak without', () => {
    expect(scheduleFactor(schedule, 0, 10, 100)).toBe(0);
    expect(scheduleFactor(schedule, 0, 0, 100)).toBe(1);
  });
});

it.each(['linear', 'cosine'] as const)('the %s schedule ends at zero and stays there', (schedule) => {
  for (const step of [100, 101, 150, 1000]) expect(scheduleFactor(schedule, step, 10, 100)).toBe(0);
});
