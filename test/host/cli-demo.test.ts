import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resultOf, temporaryFolder, withoutGpu } from './support.ts';

const folder = temporaryFolder();

it('the demo turns the sample data into a model that labels three sentences', async () => {
  const { dev, rows, out, predictions } = await resultOf(folder, ['demo'], withoutGpu);
  expect(rows).toEqual({ train: 1500, dev: 300 });
  expect(dev.accuracy).toBeGreaterThan(0.55);
  expect(predictions).toHaveLength(3);
  for (const { prediction } of predictions) expect(['pos', 'neg']).toContain(prediction.label);
  expect(existsSync(join(out, 'README.md'))).toBe(true);
}, 300_000);
