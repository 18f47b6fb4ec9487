import type { Importer } from '../record.ts';
import { openText } from '../source/file.ts';
import { linesOf } from '../source/lines.ts';

/** Plain text: a document a line, in the column `text`. Blank lines only separate. */
export const text: Importer = {
  format: 'text',
  detect: (_head, fileName) => (/\.(txt|text)$/i.test(fileName) ? 0.5 : 0.2),
  async *read(path, options) {
    let index = 0;
    for await (const { line, text: document } of linesOf(openText(path, options), path)) {
      if (document.trim() !== '') yield { line, index: ++index, fields: { text: document } };
    }
  },
};
