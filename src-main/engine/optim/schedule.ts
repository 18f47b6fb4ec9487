export const schedules = ['linear', 'cosine', 'constant'] as const;
export type Schedule = (typeof schedules)[number];

/**
 * The learning rate as a share of its peak at `step` (from 0) of `total`: up in a straight line over `warmup` steps,
 * then down to 0 at `total` (linear, or half a cosine), or level. As transformers' `get_*_schedule_with_warmup`.
 */
export function scheduleFactor(schedule: Schedule, step: number, warmup: number, total: number): number {
  if (step < warmup) return step / warmup;
  if (schedule === 'constant') return 1;
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return schedule === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
}
