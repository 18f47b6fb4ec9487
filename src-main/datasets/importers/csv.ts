import type { Importer } from '../record.ts';
import { certainty } from './certainty.ts';
import { readDelimited } from './delimited.ts';
import { quotesTabs, sniffDelimiter } from './dialect.ts';

/** Separated columns with RFC 4180 quoting under a header line; the delimiter is found from the content. */
export const csv: Importer = {
  format: 'csv',
  detect(head, fileName) {
    const sniffed = sniffDelimiter(head, true);
    if (sniffed.delimiter === '\t' && !quotesTabs(head)) return 0;
    const named = /\.csv$/i.test(fileName) || (sniffed.columns > 1 && /\.(tsv|tab)$/i.test(fileName));
    return certainty(sniffed, named);
  },
  read: (path, options) => readDelimited(path, (head) => ({ delimiter: sniffDelimiter(head, true).delimiter, quoting: true }), options),
};
