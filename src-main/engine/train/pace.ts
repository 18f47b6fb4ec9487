/** Speed over the last steps. */
export class Pace {
  private readonly now: () => number;
  private readonly window: { at: number; tokens: number }[] = [];

  constructor(now: () => number) {
    this.now = now;
    this.restart();
  }

  restart(): void {
    this.window.splice(0, this.window.length, { at: this.now(), tokens: 0 });
  }

  add(tokens: number): void {
    this.window.push({ at: this.now(), tokens });
    if (this.window.length > 50) this.window.shift();
  }

  private get seconds(): number {
    return Math.max(1e-6, (this.window.at(-1)?.at as number) - (this.window[0]?.at as number));
  }

  get tokensPerSecond(): number {
    return this.window.slice(1).reduce((total, { tokens }) => total + tokens, 0) / this.seconds;
  }

  get secondsPerStep(): number {
    return this.seconds / Math.max(1, this.window.length - 1);
  }
}
