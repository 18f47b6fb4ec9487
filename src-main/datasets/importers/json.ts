import { InputError } from '../../../shared/domain/errors.ts';
import { isKnownColumn } from '../column-names.ts';
import { isObject, parseJson } from '../problems.ts';
import type { Importer } from '../record.ts';
import { openText } from '../source/file.ts';
import { JsonScanner } from './json-scanner.ts';

/** JSON: a list of objects, or an object with one such list (`{"data": [{...}, ...]}`). */
export const json: Importer = {
  format: 'json',
  detect(head, fileName) {
    const named = /\.json$/i.test(fileName);
    const start = head.trimStart();
    if (/^\[\s*(\{|\]|$)/.test(start)) return 0.9;
    if (!start.startsWith('{')) return named ? 0.5 : 0;
    const [first = '', second] = start.split(/\r?\n/).filter((line) => line.trim() !== '');
    if (holdsList(first)) return 0.95;
    // A first line that is a whole object, or is followed by the next object, is of JSON lines.
    if (/\}\s*$/.test(first) || second?.trimStart().startsWith('{')) return 0.3;
    return named || second !== undefined ? 0.8 : 0.55;
  },
  async *read(path, options) {
    const scanner = new JsonScanner(path);
    let index = 0;
    for await (const piece of openText(path, options)) {
      for (const { line, text } of scanner.push(piece)) {
        const fields = parseJson(text, path, line);
        if (!isObject(fields)) throw new InputError('row-no-object', `Row ${index + 1} of ${path} (line ${line}) is not a JSON object; write each row as {"column": value, ...}.`);
        yield { line, index: ++index, fields };
      }
    }
    scanner.end();
  },
};

/** Whether a line is the whole file: an object that is no row itself, for no column of it has a known name, and has a list of rows. */
function holdsList(line: string): boolean {
  try {
    const properties = Object.entries(JSON.parse(line) as object);
    return !properties.some(([name]) => isKnownColumn(name)) && properties.some(([, value]) => Array.isArray(value) && value.length > 0 && value.every(isObject));
  } catch {
    return false;
  }
}
