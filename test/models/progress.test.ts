import { describe, expect, it } from 'vitest';
import { ProgressMeter, type TransferProgress } from '../../src-main/models/progress.ts';

/** A meter whose clock stands still until it is moved. */
function measured(totalBytes: number): { reports: TransferProgress[]; at: (seconds: number, bytes: number) => void } {
  const reports: TransferProgress[] = [];
  let time = 0;
  const meter = new ProgressMeter(totalBytes, (progress) => reports.push(progress), () => time);
  return { reports, at: (seconds, bytes) => { time = seconds * 1000; meter.advanceTo(bytes); } };
}

describe('progress', () => {
  it('gives the time left from the rate of the last five seconds', () => {
    const { reports, at } = measured(1000);
    for (const [second, bytes] of [[0, 0], [1, 10], [4, 40], [6, 240], [9, 540]] as const) at(second, bytes);
    expect(reports[0]).toMatchObject({ bytesPerSecond: undefined, secondsLeft: undefined });
    expect(reports[1]).toMatchObject({ bytesPerSecond: 10, secondsLeft: 99 });
    expect(reports.at(-1)).toMatchObject({ bytesPerSecond: 100, secondsLeft: 4.6 });
  });

  it('does not count what an earlier start brought', () => {
    const { reports, at } = measured(1000);
    at(0, 900);
    at(1, 910);
    expect(reports.at(-1)).toMatchObject({ doneBytes: 910, bytesPerSecond: 10, secondsLeft: 9 });
  });

  it('starts anew when a file does', () => {
    const { reports, at } = measured(1000);
    for (const [second, bytes] of [[0, 0], [1, 500], [2, 0], [3, 20]] as const) at(second, bytes);
    expect(reports.at(-1)).toMatchObject({ doneBytes: 20, bytesPerSecond: 20 });
  });

  it('is reported at most ten times a second, and at the end', () => {
    const { reports, at } = measured(100);
    for (let bytes = 0; bytes <= 100; bytes++) at(bytes / 100, bytes);
    expect(reports.length).toBeLessThanOrEqual(11);
    expect(reports.at(-1)).toMatchObject({ doneBytes: 100, secondsLeft: 0 });
  });
});
