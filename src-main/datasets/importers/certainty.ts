import type { Sniffed } from './dialect.ts';

/** How sure the first lines of separated columns make: regular rows, a header with known names, a fitting extension. 0 to 0.95. */
export function certainty({ columns, rows, regular, known }: Sniffed, named: boolean): number {
  if (columns < 2) return named ? 0.5 : 0;
  const shape = regular === 1 && (rows >= 2 || known || named) ? 0.4 : regular > 0.5 && (known || named) ? 0.25 : 0;
  return shape + (named ? 0.3 : 0) + (known ? 0.25 : 0);
}
