import { readFileSync } from 'node:fs';

interface ProfileEvent { readonly cat: string; readonly name: string; readonly dur: number; readonly args?: { readonly op_name?: string; readonly provider?: string; readonly input_type_shape?: readonly Record<string, readonly number[]>[] } }

export interface ProfileRow { readonly operator: string; readonly milliseconds: number; readonly calls: number; readonly share: number }

/** Sums ONNX Runtime's profile by operator (and, if asked, by the shapes of its inputs), slowest first; times are of one of `runs` runs. */
export function summarise(path: string, runs: number, { shapes = false } = {}): ProfileRow[] {
  const events = JSON.parse(readFileSync(path, 'utf8')) as ProfileEvent[], totals = new Map<string, { duration: number; calls: number }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || !args?.op_name || args.op_name === 'Scan') continue;
    const operator = shapes ? `${args.op_name} ${(args.input_type_shape ?? []).map((input) => `[${Object.values(input)[0]?.join(',') ?? ''}]`).join(' ')}` : args.op_name;
    const total = totals.get(operator) ?? { duration: 0, calls: 0 };
    totals.set(operator, { duration: total.duration + dur, calls: total.calls + 1 });
  }
  const all = [...totals.values()].reduce((sum, { duration }) => sum + duration, 0);
  return [...totals].map(([operator, { duration, calls }]) => ({ operator, milliseconds: duration / 1000 / runs, calls: calls / runs, share: duration / all })).sort((a, b) => b.milliseconds - a.milliseconds);
}
