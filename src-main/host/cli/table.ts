/** Characters that fill two columns of a terminal. */
const wide = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const combining = /\p{Mark}|\u200b|\u200d/u;

/** Columns of a terminal that a text fills. */
export const displayWidth = (text: string): number => [...text].reduce((width, character) => width + (combining.test(character) ? 0 : wide.test(character) ? 2 : 1), 0);

const padded = (text: string, width: number, right: boolean): string => {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return right ? blanks + text : text + blanks;
};

export interface TableOptions {
  /** Columns, from 0, that end at the same place: numbers. */
  readonly right?: readonly number[];
  readonly indent?: number;
}

/** Rows with their columns two blanks apart. */
export function table(rows: readonly (readonly string[])[], { right = [], indent = 2 }: TableOptions = {}): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, column) => Math.max(displayWidth(cell), most[column] ?? 0)), []);
  return rows.map((row) => (' '.repeat(indent) + row.map((cell, column) => padded(cell, widths[column] as number, right.includes(column))).join('  ')).trimEnd());
}
