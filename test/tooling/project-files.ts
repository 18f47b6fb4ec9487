import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The checkout's folder. */
export const root = resolve(import.meta.dirname, '../..');

/** Paths, relative to the checkout, of every file that git does not ignore. Walks the folders itself: a machine that runs the tests need not have git. */
export function projectFiles(): string[] {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter(Boolean);
  const ignoredFolders = new Set(['.git', ...ignored.filter((line) => line.endsWith('/')).map((line) => line.replaceAll('/', ''))]);
  const ignoredEndings = ignored.filter((line) => line.startsWith('*.')).map((line) => line.slice(1));
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !ignoredFolders.has(entry.name)) walk(path);
      else if (entry.isFile() && !ignoredEndings.some((ending) => entry.name.endsWith(ending))) files.push(relative(root, path).replaceAll('\\', '/'));
    }
  };
  walk(root);
  return files.sort();
}
