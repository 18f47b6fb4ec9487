import { appendFile, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../../../shared/domain/errors.ts';
import { writeFileAtomically } from '../../engine/weights/atomic.ts';

interface Line { readonly step: number }

/** A run's `metrics.jsonl`: what it reported, a line each, in order. */
export class MetricsLog {
  private readonly path: string;
  private queue: Promise<void> = Promise.resolve();
  private failure: MachineError | undefined;

  constructor(folder: string) {
    this.path = join(folder, 'metrics.jsonl');
  }

  /** Returns at once; `written` tells whether it went well. */
  add(line: Line): void {
    this.queue = this.queue.then(() => appendFile(this.path, `${JSON.stringify(line)}\n`)).catch((cause: NodeJS.ErrnoException) => {
      this.failure ??= new MachineError(cause.code === 'ENOSPC' ? 'disk-full' : 'write-failed', `“${this.path}” could not be written (${cause.code}): check the folder and the space on its disk, then try again.`, { cause });
    });
  }

  /** Waits for all lines. @throws MachineError when one could not be written */
  async written(): Promise<void> {
    await this.queue;
    if (this.failure) throw this.failure;
  }

  /** Takes back what was reported after a step, since those steps are done again. */
  async rewind(step: number): Promise<void> {
    if (!existsSync(this.path)) return;
    const lines = (await readFile(this.path, 'utf8')).split('\n').filter((line) => isUpTo(line, step));
    await writeFileAtomically(this.path, lines.map((line) => `${line}\n`).join(''));
  }
}

/** The last line may be cut off where the process was killed. */
function isUpTo(line: string, step: number): boolean {
  try {
    return (JSON.parse(line) as Line).step <= step;
  } catch {
    return false;
  }
}
