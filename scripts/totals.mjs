// Adds up what the suites of `npm test` report.

/**
 * Totals of one vitest run.
 * @param report the text its JSON reporter wrote; undefined if it wrote none
 * @param exitCode vitest's own
 */
export function vitestTotals(report, exitCode) {
  const results = report ? JSON.parse(report) : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  // A file that fails outside its tests, while it is imported for example, has no failed test to be counted by.
  const brokenFiles = results.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length;
  const failed = results.numFailedTests + brokenFiles;
  return {
    passed: results.numPassedTests,
    // Vitest also fails for what no file can be blamed for: a crashed process, an unhandled rejection, a pattern without a match.
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

const sum = (suites, name) => suites.reduce((total, suite) => total + suite[name], 0);

/** The last line of `npm test`. */
export function closingLine(suites) {
  const skipped = sum(suites, 'skipped');
  return `${sum(suites, 'passed')} passed, ${sum(suites, 'failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** 0 if something passed and nothing failed. */
export const exitCode = (suites) => (sum(suites, 'failed') === 0 && sum(suites, 'passed') > 0 ? 0 : 1);
