import type { Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Silence is long enough to wonder, lines few enough to read later in a log. */
const sparseMilliseconds = 15_000;
/** Nobody reads faster. */
const quickestMilliseconds = 100;

/** Two streams: what was asked for goes to stdout, how it is going to stderr. */
export class Output {
  readonly json: boolean;
  private readonly stdout: Stream;
  private readonly stderr: Stream;
  private readonly now: () => number;
  private shown = false;
  private lastSparse: number | undefined;
  private lastShown = -Infinity;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(streams: { stdout: Stream; stderr: Stream }, json: boolean, now: () => number = () => performance.now()) {
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
    this.json = json;
    this.now = now;
  }

  /** The command's result: JSON where asked for, else the lines. */
  result(json: unknown, lines: () => readonly string[]): void {
    if (this.json) this.write(this.stdout, `${JSON.stringify(json)}\n`);
    else this.print(...lines());
  }

  /** Lines a person reads; with `--json` they are no part of the result. */
  print(...lines: readonly string[]): void {
    this.write(this.json ? this.stderr : this.stdout, lines.map((line) => `${printable(line)}\n`).join(''));
  }

  /** A line of text exactly as it is, for output that is data. Resolves when there is room for more. */
  async row(line: string): Promise<void> {
    this.clear();
    if (!this.stdout.write(`${line}\n`)) await new Promise((resolve) => this.stdout.once('drain', resolve));
  }

  /** A line about how it goes, that stays. */
  log(line: string): void {
    this.write(this.stderr, `${printable(line)}\n`);
    this.lastSparse = this.now();
  }

  /** How far it is: on a terminal a line that is written over, else a line now and then. */
  progress(line: string): void {
    if (this.stderr.isTTY) {
      if (this.now() - this.lastShown < quickestMilliseconds) return;
      this.lastShown = this.now();
      this.stderr.write(`\r\x1b[2K${printable(line).slice(0, (this.stderr.columns || 80) - 1)}`);
      this.shown = true;
      return;
    }
    this.lastSparse ??= this.now();
    if (this.now() - this.lastSparse >= sparseMilliseconds) this.log(line);
  }

  private write(stream: Stream, content: string): void {
    this.clear();
    stream.write(content);
  }

  /** Takes the progress line away, so that nothing is written after it. */
  clear(): void {
    if (this.shown) this.stderr.write('\r\x1b[2K');
    this.shown = false;
  }
}

/** Texts and labels come from anywhere: what would steer the terminal is shown as a mark. */
export const printable = (line: string): string => line.replaceAll(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');
