const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text as Markdown shows it, whatever characters it has: nothing in it is taken for markup or HTML. */
export const escaped = (text: string): string =>
  text.replace(/\s+/g, ' ').trim()
    .replace(/[&<>]/g, (character) => entities[character] as string)
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    // Headings and lists, which a line can only begin with.
    .replace(/^(?:[#+=-]|\d+(?=[.)](?:\s|$)))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));

/** A table; cells are Markdown. Columns of numbers are set to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], numeric: readonly number[] = []): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, column) => (numeric.includes(column) ? '---:' : '---'))), ...rows.map(line)].join('\n');
}

export const codeBlock = (language: string, code: string): string => `\`\`\`${language}\n${code.trim()}\n\`\`\``;

export type FrontMatter = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The YAML block at the top of a model card. What is undefined or empty is left out. */
export function frontMatter(values: FrontMatter): string {
  // A string of JSON is one of YAML too, whatever characters it has.
  const lines = Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined || value.length === 0) return [];
    return typeof value === 'string' ? [`${key}: ${JSON.stringify(value)}`] : [`${key}:`, ...value.map((item) => `- ${JSON.stringify(item)}`)];
  });
  return ['---', ...lines, '---'].join('\n');
}
