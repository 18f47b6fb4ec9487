export interface Totals { readonly passed: number; readonly failed: number; readonly skipped: number }
export function vitestTotals(report: string | undefined, exitCode: number): Totals;
export function closingLine(suites: readonly Totals[]): string;
export function exitCode(suites: readonly Totals[]): number;
