import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of reference fixtures, data sets and models that lies beside the checkout. Not part of the product. */
const folder = resolve(import.meta.dirname, '../../../shared');
const present = existsSync(join(folder, 'fixtures'));
if (!present) console.warn('Reference material (../shared) is absent: the tests that compare with it are skipped.');

/** Absolute path inside the reference material. */
export const material = (...parts: string[]): string => join(folder, ...parts);

/** For `describe.skipIf(materialIsAbsent)`. */
export const materialIsAbsent = !present;
