// npm run bench -- NAME [options]: runs bench/NAME.ts.
import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';

const [name] = process.argv.splice(2, 1), file = join(import.meta.dirname, `${name}.ts`);
if (!name || !existsSync(file)) {
  const known = globSync('*.ts', { cwd: import.meta.dirname }).map((path) => basename(path, '.ts')).filter((other) => other !== 'run');
  console.error(`Name a benchmark: ${known.join(', ')}.`);
  process.exit(2);
}
await import(file);
