// npm test             every check and every test
// npm test -- PATTERN  the test files whose path contains PATTERN
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softwareGpu } from './software-gpu.mjs';
import { installSystemPackages } from './system-packages.mjs';
import { closingLine, exitCode, vitestTotals } from './totals.mjs';

const patterns = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'sesame-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let running;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { running?.kill(signal); process.exit(130); });

installSystemPackages();
// Chromium and the Vulkan loader complain without a folder for their sockets, which a machine without a desktop does not have. mkdtemp makes it private, as they require.
// Without a terminal, colours would only be noise in a log.
const colours = process.stdout.isTTY || 'FORCE_COLOR' in process.env ? {} : { NO_COLOR: '1' };
const environment = { ...process.env, XDG_RUNTIME_DIR: mkdtempSync(join(scratch, 'runtime-')), ...colours, ...softwareGpu() };

/** Exit code of a command that writes straight to this process's output. */
const run = (command, ...args) => new Promise((resolve) => {
  console.log(`\n> ${[command, ...args].join(' ')}`);
  running = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env: environment, shell: process.platform === 'win32' });
  running.on('error', (error) => { console.log(`Could not start ${command}: ${error.message}`); resolve(1); });
  running.on('exit', (code) => resolve(code ?? 1));
});

/** A check counts as one test. */
async function check(script) {
  const passed = (await run('npm', 'run', '--silent', script)) === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

async function unitTests() {
  const file = join(scratch, 'vitest.json');
  const code = await run('vitest', 'run', ...patterns, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`);
  return vitestTotals(existsSync(file) ? readFileSync(file, 'utf8') : undefined, code);
}

const suites = [];
if (patterns.length === 0) for (const script of ['types', 'lint', 'layers']) suites.push(await check(script));
suites.push(await unitTests());
console.log(`\n${closingLine(suites)}`);
process.exitCode = exitCode(suites);
