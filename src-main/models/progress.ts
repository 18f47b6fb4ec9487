/** How far a copy or a download is. */
export interface TransferProgress {
  /** `check`: everything is there and is being read once more. */
  readonly stage: 'transfer' | 'check';
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Over the last seconds; undefined until there is something to measure. */
  readonly bytesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

export type OnProgress = (progress: TransferProgress) => void;

const reportEveryMilliseconds = 100;
const rateWindowMilliseconds = 5000;

/** Turns positions into progress: at most ten reports a second, with the rate of the last five seconds. */
export class ProgressMeter {
  readonly #totalBytes: number;
  readonly #report: OnProgress;
  readonly #now: () => number;
  /** Oldest first. */
  #samples: { time: number; bytes: number }[] = [];

  /** @param now milliseconds from any fixed moment */
  constructor(totalBytes: number, report: OnProgress = () => undefined, now: () => number = () => performance.now()) {
    this.#totalBytes = totalBytes;
    this.#report = report;
    this.#now = now;
  }

  /** @param bytes done in all, also before this start. Fewer than before means that a part begins anew. */
  advanceTo(bytes: number): void {
    const time = this.#now(), last = this.#samples.at(-1);
    if (last && bytes < last.bytes) this.#samples = [];
    else if (last && time - last.time < reportEveryMilliseconds && bytes < this.#totalBytes) return;
    this.#samples = [...this.#samples.filter((sample) => time - sample.time <= rateWindowMilliseconds), { time, bytes }];
    this.#report({ stage: 'transfer', doneBytes: bytes, totalBytes: this.#totalBytes, ...this.#speed(bytes) });
  }

  startCheck(): void {
    this.#report({ stage: 'check', doneBytes: this.#totalBytes, totalBytes: this.#totalBytes, bytesPerSecond: undefined, secondsLeft: undefined });
  }

  #speed(bytes: number): Pick<TransferProgress, 'bytesPerSecond' | 'secondsLeft'> {
    const [first] = this.#samples, last = this.#samples.at(-1);
    const seconds = first && last ? (last.time - first.time) / 1000 : 0;
    const bytesPerSecond = first && seconds > 0 ? (bytes - first.bytes) / seconds : undefined;
    return { bytesPerSecond, secondsLeft: bytesPerSecond ? (this.#totalBytes - bytes) / bytesPerSecond : undefined };
  }
}
