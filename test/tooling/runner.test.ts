import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { softwareGpu } from '../../scripts/software-gpu.mjs';
import { root } from './project-files.ts';

/** `npm test -- pattern`, as a machine without a terminal runs it. */
function runTests(pattern: string) {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), 'node', 'scripts/test.mjs', pattern], {
    cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = stdout.trimEnd().split('\n');
  return { status, last: lines.at(-1), closingLines: lines.filter((line) => /^\d+ passed, \d+ failed(?:, \d+ skipped)?$/.test(line)).length };
}

describe('npm test', () => {
  it('ends with one line that says how many tests passed', () => {
    expect(runTests('tooling/totals')).toEqual({ status: 0, last: '7 passed, 0 failed', closingLines: 1 });
  });

  it('fails if no test matches', () => {
    expect(runTests('no-such-test')).toEqual({ status: 1, last: '0 passed, 1 failed', closingLines: 1 });
  });
});

describe('the software GPU', () => {
  it('is either absent or a driver file that exists', () => {
    for (const file of Object.values(softwareGpu())) expect(existsSync(file)).toBe(true);
  });
});
