/** What the user wants of a running job; asked between steps. */
export class RunControl {
  private wish: 'go' | 'pause' | 'stop' | 'cancel' = 'go';
  private waiting: (() => void)[] = [];

  pause(): void {
    this.set('pause');
  }

  resume(): void {
    this.set('go');
  }

  /** End here and keep the best model so far. */
  stop(): void {
    this.set('stop');
  }

  /** End here; a checkpoint is left to go on from. */
  cancel(): void {
    this.set('cancel');
  }

  get paused(): boolean {
    return this.wish === 'pause';
  }

  /** Waits while paused. */
  async next(): Promise<'go' | 'stop' | 'cancel'> {
    while (this.wish === 'pause') await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.wish;
  }

  private set(wish: typeof this.wish): void {
    // Nothing takes back a stop.
    if (this.wish === 'stop' || this.wish === 'cancel') return;
    this.wish = wish;
    for (const wake of this.waiting.splice(0)) wake();
  }
}
