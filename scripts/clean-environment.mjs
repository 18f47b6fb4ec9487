// Shows that a fresh clone installs and works without Python, a compiler or a warm npm cache:
//   node scripts/clean-environment.mjs                      npm ci, and how long it took
//   node scripts/clean-environment.mjs "npm start" "npm test"    and then these commands, in this order
// What is cloned is the last commit. The commands see node, npm, git, a shell and coreutils on their PATH, and an empty home folder.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const coreutils = ('basename cat chmod cp cut date dirname echo env false head id ln ls mkdir mktemp mv nproc printf pwd readlink realpath rm rmdir '
  + 'sleep sort stat tail tee test touch tr true uname uniq wc').split(' ');
const tools = ['node', 'npm', 'git', 'sh', 'bash', ...coreutils];

// Its own Node and those that npm run puts first are passed over: what counts is the machine's.
const systemPath = process.env.PATH.split(delimiter).filter((folder) => folder && !folder.includes('node_modules'));

/** The real path of a command, or undefined. */
function find(command, folders) {
  for (const folder of folders) {
    const file = join(folder, command);
    try { accessSync(file, constants.X_OK); return realpathSync(file); } catch (error) { if (error.code !== 'ENOENT' && error.code !== 'EACCES' && error.code !== 'ENOTDIR') throw error; }
  }
  return undefined;
}

const scratch = mkdtempSync(join(tmpdir(), 'sesame-clean-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const [bin, home, checkout] = ['bin', 'home', 'sesame-studio'].map((name) => join(scratch, name));
mkdirSync(bin);
mkdirSync(home);
for (const tool of tools) {
  const file = find(tool, systemPath);
  if (file) symlinkSync(file, join(bin, tool));
  else if (!coreutils.includes(tool)) throw new Error(`${tool} is not installed.`);
}

// npm hands its settings on through npm_* variables; the user's own .npmrc stays in force, since it may name the registry.
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_') && !['NODE', 'NODE_OPTIONS', 'INIT_CWD'].includes(name)));
const env = { ...inherited, PATH: bin, HOME: home, npm_config_userconfig: join(process.env.HOME ?? home, '.npmrc'), npm_config_cache: join(home, '.npm') };

/** Runs a shell command line; returns the seconds it took. */
function run(line, cwd) {
  console.log(`\n> ${line}`);
  const start = performance.now();
  const { status, signal } = spawnSync('sh', ['-c', line], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) {
    console.log(`\n${line}: failed (${signal ?? `exit code ${status}`}) after ${seconds.toFixed(1)} s`);
    process.exit(1);
  }
  return seconds;
}

run(`git clone --quiet '${root}' '${checkout}'`, scratch);
const times = ['npm ci', ...process.argv.slice(2)].map((line) => [line, run(line, checkout)]);
console.log(`\n${times.map(([line, seconds]) => `${line}: ${seconds.toFixed(1)} s`).join('\n')}`);
