// Runs a command under the Node this project brings (or the user's own, if it is new enough):
//   node scripts/run.mjs vitest run
// The Node on the PATH may be too old for better-sqlite3 and for running TypeScript directly.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'node_modules', `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`, 'bin');
const bundled = existsSync(folder);
const [major] = process.versions.node.split('.').map(Number);
if (!bundled && major < 24) {
  console.error(`Sesame Studio needs Node 24 or later here; this is ${process.versions.node}. Install Node 24 from https://nodejs.org and run the command again.`);
  process.exit(1);
}

const [command, ...args] = process.argv.slice(2);
const path = [...(bundled ? [folder] : [dirname(process.execPath)]), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
// On Windows the commands of node_modules/.bin are .cmd files, which need a shell.
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH: path }, shell: process.platform === 'win32' && command !== 'node' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => { console.error(`Could not start ${command}: ${error.message}`); process.exit(1); });
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
