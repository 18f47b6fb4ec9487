import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MetricsLog } from '../../src-main/host/compute/metrics-log.ts';
import { temporaryFolder } from './support.ts';

const folder = temporaryFolder();

it('the log of a run that goes on holds each step once, in order', async () => {
  const own = folder, log = new MetricsLog(own), path = join(own, 'metrics.jsonl');
  for (const step of [1, 2, 3]) log.add({ step });
  await log.written();
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"step":`);
  const later = new MetricsLog(own);
  await later.rewind(2);
  later.add({ step: 3 });
  await later.written();
  expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n{"step":3}\n');
});

it('a log that cannot be written fails the run where it saves', async () => {
  const log = new MetricsLog(join(folder, 'nowhere'));
  log.add({ step: 1 });
  await expect(log.written()).rejects.toMatchObject({ code: 'write-failed' });
});
