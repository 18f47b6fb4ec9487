import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bytes, count, duration, score } from '../../src-main/host/cli/format.ts';
import { Output, printable, type Stream } from '../../src-main/host/cli/output.ts';
import { displayWidth, table } from '../../src-main/host/cli/table.ts';

class Recorded extends Writable {
  written = '';
  readonly isTTY: boolean;
  readonly columns = 20;
  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }
}

function recorded({ json = false, terminal = false } = {}) {
  const stdout: Stream & Recorded = new Recorded(terminal), stderr: Stream & Recorded = new Recorded(terminal);
  let time = 0;
  return { stdout, stderr, pass: (milliseconds: number) => { time += milliseconds; }, output: new Output({ stdout, stderr }, json, () => time) };
}

describe('Output', () => {
  it('gives a result as lines for people and as one line of JSON for programs, undefined scores as null', () => {
    const human = recorded(), program = recorded({ json: true });
    for (const { output } of [human, program]) {
      output.print('about to start');
      output.result({ accuracy: 0.5, pearson: NaN }, () => ['accuracy 0.500']);
    }
    expect([human.stdout.written, human.stderr.written]).toEqual(['about to start\naccuracy 0.500\n', '']);
    expect([program.stdout.written, program.stderr.written]).toEqual(['{"accuracy":0.5,"pearson":null}\n', 'about to start\n']);
  });

  it('writes the progress over itself on a terminal, no wider than it, and takes it away before anything else', () => {
    const { output, stdout, stderr, pass } = recorded({ terminal: true });
    output.progress('step 1 of a great many steps');
    output.progress('step 2, too soon to be read');
    pass(150);
    output.progress('step 3');
    output.print('done');
    output.print('really');
    expect(stderr.written).toBe('\r\x1b[2Kstep 1 of a great m\r\x1b[2Kstep 3\r\x1b[2K');
    expect(stdout.written).toBe('done\nreally\n');
  });

  it('writes a line of progress now and then where there is no terminal', () => {
    const { output, stderr, pass } = recorded();
    for (let step = 0; step < 100; step++) {
      output.progress(`step ${step}`);
      pass(1000);
    }
    expect(stderr.written).toBe(['step 15', 'step 30', 'step 45', 'step 60', 'step 75', 'step 90', ''].join('\n'));
  });

  it('never lets a text of the user’s steer the terminal', () => {
    expect(printable('a\x1b[2Jb\r\n\u202ec\x9b')).toBe('a\ufffd[2Jb\ufffd\ufffd\ufffdc\ufffd');
  });
});

it('tables keep columns straight, also under wide characters', () => {
  expect(displayWidth('标签é')).toBe(5);
  expect(table([['标签', '1'], ['label', '10']], { right: [1] })).toEqual(['  标签    1', '  label  10']);
});

it('numbers read as people write them', () => {
  expect([count(1234567.4), score(0.93456), score(NaN), score(null)]).toEqual(['1,234,567', '0.935', '–', '–']);
  expect([0, 59.4, 59.6, 185, 7800].map(duration)).toEqual(['0 s', '59 s', '1 min 00 s', '3 min 05 s', '2 h 10 min']);
  expect([12, 1_500_000, 1_340_000_000].map(bytes)).toEqual(['1 kB', '2 MB', '1.3 GB']);
});
