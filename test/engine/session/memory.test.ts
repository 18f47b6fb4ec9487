import { expect, it } from 'vitest';
import { midSizeBatch, midSizeSession } from '../../support/mid-size.ts';

const rss = () => process.memoryUsage.rss();

/** The most memory the process holds while `work` runs on native threads. */
async function peakWhile(work: () => Promise<unknown>): Promise<number> {
  let peak = rss();
  const watch = setInterval(() => { peak = Math.max(peak, rss()); }, 2);
  await work();
  clearInterval(watch);
  return Math.max(peak, rss());
}

it('training copies no state: memory stays flat within and over thirty steps', async () => {
  const session = await midSizeSession(), batch = midSizeBatch(2, 16);
  const weightBytes = session.layout.length * 4;
  expect(session.layout.length).toBeGreaterThan(20e6);
  const step = async (number: number) => {
    await session.gradients(batch);
    await session.state.update(1e-4, number);
  };
  for (let number = 1; number <= 5; number++) await step(number);
  const before = rss();
  const peak = await peakWhile(async () => {
    for (let number = 6; number <= 35; number++) await step(number);
  });
  expect(peak - before).toBeLessThan(weightBytes / 2);
  expect(rss() - before).toBeLessThan(weightBytes / 4);
  session.dispose();
}, 120_000);
