import { readFile, stat } from 'node:fs/promises';
import { InputError } from '../../../shared/domain/errors.ts';

/** Larger than any published tokenizer file by far (XLM-R's tokenizer.json: 17 MB). */
const sizeLimit = 200 * 1024 * 1024;

/** A whole text file, or undefined if there is none. Throws InputError if it is too large or not UTF-8. */
export async function readTextFile(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  if (found.size > sizeLimit) throw new InputError('file-too-large', `${path} is ${Math.round(found.size / 1e6)} MB, far too large for a tokenizer; replace it by the file that came with the model.`);
  const bytes = await readFile(path).catch((error: Error) => {
    throw new InputError('file-unreadable', `${path} cannot be read (${error.message}); check its permissions.`, { cause: error });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InputError('not-utf-8', `${path} is not UTF-8 text; replace it by the file that came with the model.`, { cause: error });
  }
}

/** A JSON file that holds an object, or undefined if there is none. Throws InputError if it holds anything else. */
export async function readJsonFile(path: string): Promise<Record<string, unknown> | undefined> {
  const text = await readTextFile(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError('json-broken', `${path} is not valid JSON (${(error as Error).message}); replace it by the file that came with the model.`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InputError('json-broken', `${path} does not hold a JSON object; replace it by the file that came with the model.`);
  return value as Record<string, unknown>;
}
