/** `1,934` */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

/** `0.931`; a score that is undefined is a dash. */
export const score = (value: unknown): string => (typeof value === 'number' && Number.isFinite(value) ? value.toFixed(3) : '–');

/** `45 s`, `3 min 05 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds)), minutes = Math.floor(whole / 60), two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  return minutes < 60 ? `${minutes} min ${two(whole % 60)} s` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** `12 MB`, `1.3 GB` */
export const bytes = (value: number): string => (value < 1e6 ? `${Math.ceil(value / 1e3)} kB` : value < 1e9 ? `${Math.round(value / 1e6)} MB` : `${(value / 1e9).toFixed(1)} GB`);

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
