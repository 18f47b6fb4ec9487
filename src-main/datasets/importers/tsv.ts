import type { Importer } from '../record.ts';
import { certainty } from './certainty.ts';
import { readDelimited } from './delimited.ts';
import { quotesTabs, sniffDelimiter } from './dialect.ts';

/** Columns separated by tabs under a header line, as GLUE's files are: quotation marks are ordinary characters. */
export const tsv: Importer = {
  format: 'tsv',
  detect(head, fileName) {
    const named = /\.(tsv|tab)$/i.test(fileName);
    const sniffed = sniffDelimiter(head, false);
    if (quotesTabs(head) || (sniffed.delimiter !== '\t' && !(named && sniffed.columns < 2))) return 0;
    return certainty(sniffed, named || /\.csv$/i.test(fileName));
  },
  read: (path, options) => readDelimited(path, () => ({ delimiter: '\t', quoting: false }), options),
};
