import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../tooling/project-files.ts';
import { csvOf, reviews, temporaryFolder, write, writeTinyModel } from './support.ts';

const folder = temporaryFolder(), disk = join(folder, 'disk');

/** Runs lines of bash, in which `disk SIZE` makes `$DISK` a disk of that size for these lines alone, or changes its size. */
function onSmallDisk(...lines: readonly string[]) {
  const script = ['disk() { mountpoint -q "$DISK" && mount -o "remount,size=$1" "$DISK" || mount -t tmpfs -o "size=$1" tmpfs "$DISK"; }', ...lines].join('\n');
  const environment = {
    ...process.env, DISK: disk, SESAME_LIBRARY: join(folder, 'library'), SESAME: `${process.execPath} ${join(root, 'src-main/host/cli/main.ts')}`,
    TRAIN: '--task classification --device cpu --threads 1 --train train.csv --model tiny --epochs 3 --patience 9',
  };
  return spawnSync('unshare', ['-rm', 'bash', '-c', script], { cwd: folder, encoding: 'utf8', env: environment });
}

beforeAll(async () => {
  mkdirSync(disk);
  await writeTinyModel(join(folder, 'tiny'));
  write(folder, 'train.csv', csvOf(reviews(60)));
});

const mayMount = process.platform === 'linux' && spawnSync('unshare', ['-rm', 'bash', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
if (!mayMount) console.warn('Disks of a given size cannot be mounted here: the tests of a full disk are skipped.');

describe.skipIf(!mayMount)('a disk that is too small', () => {
  it('is refused before anything is written', () => {
    const { stdout, stderr } = onSmallDisk('disk 400k', '$SESAME train $TRAIN --out $DISK/run', 'echo code $?', 'ls -A $DISK');
    expect(stderr).toBe(`The run needs 0.6 MB in ${disk}/run and 0.4 MB are free; free some space or choose another folder with --out.\n`);
    expect(stdout).toBe('code 1\n');
  });

  it('that is full before the first checkpoint leaves nothing behind', () => {
    const { stdout, stderr } = onSmallDisk('disk 2m', '$SESAME train $TRAIN --out $DISK/run --json', 'echo code $?', 'ls -A $DISK');
    expect(stderr.trim().split('\n').at(-1)).toBe(`There is no room left on the disk for “${disk}/run/checkpoint/state.safetensors”: free some space and try again.`);
    expect(stdout).toBe('code 1\n');
  });

  it('that is full later keeps the checkpoint before, from which the run goes on when there is room', () => {
    const { stdout, stderr } = onSmallDisk(
      'disk 5m', '$SESAME train $TRAIN --out $DISK/run --json', 'echo code $?', 'ls -A $DISK/run $DISK/run/checkpoint', 'disk 20m', '$SESAME train --resume $DISK/run --json > $DISK/result.json', 'echo code $?', 'ls $DISK/run',
    );
    expect(stderr).toContain(`There is no room left on the disk for “${disk}/run/checkpoint/state.safetensors”: free some space and try again; the last checkpoint is kept: go on with "sesame train --resume ${disk}/run".\n`);
    expect(stdout.split('\n')).toEqual([
      'code 1', `${disk}/run:`, 'checkpoint', 'config.json', 'metrics.jsonl', 'model.safetensors', 'run.json', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt', '',
      `${disk}/run/checkpoint:`, 'state.safetensors', 'code 0', 'README.md', 'config.json', 'metrics.jsonl', 'model.safetensors', 'result.json', 'run.json', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt', '',
    ]);
  });

  it('stops an export, of which nothing is left', () => {
    const { stdout, stderr } = onSmallDisk('$SESAME train $TRAIN --out model --json > result.json 2> /dev/null', 'disk 64k', 'for FORMAT in onnx onnx-int8 hf; do $SESAME export --model model --format $FORMAT --out $DISK/out; echo code $?; done', 'ls -A $DISK');
    for (const line of stderr.trim().split('\n')) expect(line).toMatch(/^There is no room left on the disk for “[^”]+”: free some space and try again\.$/);
    expect(stdout).toBe('code 1\ncode 1\ncode 1\n');
  });
});
