import { describe, expect, it } from 'vitest';
import { closingLine, exitCode, vitestTotals } from '../../scripts/totals.mjs';

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((result) => ({ status: result })) });
const report = (counts: { passed?: number; failed?: number; pending?: number; todo?: number }, ...testResults: object[]) => JSON.stringify({
  numPassedTests: counts.passed ?? 0, numFailedTests: counts.failed ?? 0, numPendingTests: counts.pending ?? 0, numTodoTests: counts.todo ?? 0, testResults,
});

describe('totals of a vitest run', () => {
  it('counts skipped tests and tests yet to be written as skipped', () => {
    expect(vitestTotals(report({ passed: 5, pending: 2, todo: 1 }), 0)).toEqual({ passed: 5, failed: 0, skipped: 3 });
  });

  it('counts a file that fails before its first test as one failure', () => {
    expect(vitestTotals(report({ passed: 1, failed: 1 }, file('passed', 'passed'), file('failed', 'failed'), file('failed')), 1)).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });

  it('counts a failure that no test is to blame for as one failure', () => {
    expect(vitestTotals(report({ passed: 3 }, file('passed', 'passed', 'passed', 'passed')), 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it('counts a run that left no report as one failure', () => {
    expect(vitestTotals(undefined, 139)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('the closing line', () => {
  const checked = { passed: 1, failed: 0, skipped: 0 };

  it('adds up all suites', () => {
    expect(closingLine([checked, { passed: 0, failed: 1, skipped: 0 }, { passed: 40, failed: 2, skipped: 0 }])).toBe('41 passed, 3 failed');
  });

  it('names skipped tests only if there are any', () => {
    expect(closingLine([checked, { passed: 2, failed: 0, skipped: 4 }])).toBe('3 passed, 0 failed, 4 skipped');
  });

  it('comes with a failing exit code if anything failed or nothing ran', () => {
    expect(exitCode([checked])).toBe(0);
    expect(exitCode([checked, { passed: 9, failed: 1, skipped: 0 }])).toBe(1);
    expect(exitCode([{ passed: 0, failed: 0, skipped: 3 }])).toBe(1);
  });
});
