import type { Features } from '../../engine/tasks/features.ts';

/** Rows on their way from the parent to a job, in order. For one reader. */
export class Inbox {
  private readonly waiting: Features[] = [];
  private ended = false;
  private wake: () => void = () => undefined;

  put(rows: Features): void {
    this.waiting.push(rows);
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Features, void, undefined> {
    for (;;) {
      const rows = this.waiting.shift();
      if (rows) yield rows;
      else if (this.ended) return;
      else await new Promise<void>((resolve) => { this.wake = resolve; });
    }
  }
}
