import { basename } from 'node:path';
import { UsageError } from '../../../shared/domain/errors.ts';
import { formats, type Importer } from '../record.ts';
import { readHead } from '../source/file.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';
import { jsonl } from './jsonl.ts';
import { text } from './text.ts';
import { tsv } from './tsv.ts';

const importers: readonly Importer[] = [json, jsonl, csv, tsv, text];

/** The importer that is surest of the file's first lines. Throws InputError for a file that cannot be read as text. */
export async function detectFormat(path: string): Promise<Importer> {
  const head = await readHead(path);
  const sure = importers.map((importer) => ({ importer, certainty: importer.detect(head, basename(path)) }));
  return sure.reduce((best, one) => (one.certainty > best.certainty ? one : best)).importer;
}

/** @throws UsageError for a format there is none of */
export function importerFor(name: string): Importer {
  const found = importers.find(({ format }) => format === name);
  if (!found) throw new UsageError('format-unknown', `There is no format “${name}”; choose one of ${formats.join(', ')}.`);
  return found;
}
