import { InputError } from '../../../shared/domain/errors.ts';
import { isObject, parseJson } from '../problems.ts';
import type { Importer, SourceRecord } from '../record.ts';
import { openText } from '../source/file.ts';
import { linesOf } from '../source/lines.ts';

/** JSON lines: an object a line. Blank lines are passed over. */
export const jsonl: Importer = {
  format: 'jsonl',
  detect(head, fileName) {
    const named = /\.(jsonl|ndjson)$/i.test(fileName);
    const [first = '', second = ''] = head.split(/\r?\n/).filter((line) => line.trim() !== '');
    if (!first.trimStart().startsWith('{')) return named ? 0.5 : 0;
    if (named) return 1;
    if (isWholeObject(first) || second.trimStart().startsWith('{')) return 0.9;
    // One line longer than the head: a record if it is of a JSON lines file, the whole file if it is of a JSON file.
    return second === '' && !/\.json$/i.test(fileName) ? 0.6 : 0;
  },
  read: (path, options) => readJsonLines(openText(path, options), path),
};

/** @param pieces UTF-8 text in any pieces @param name what messages call it */
export async function* readJsonLines(pieces: AsyncIterable<Buffer>, name: string): AsyncGenerator<SourceRecord, void, undefined> {
  let index = 0;
  for await (const { line, text } of linesOf(pieces, name)) {
    if (text.trim() === '') continue;
    const fields = parseJson(text, name, line);
    if (!isObject(fields)) throw new InputError('row-no-object', `${name} line ${line} is not a JSON object; write each row as {"column": value, ...}.`);
    yield { line, index: ++index, fields };
  }
}

function isWholeObject(line: string): boolean {
  try {
    return isObject(JSON.parse(line));
  } catch {
    return false;
  }
}
