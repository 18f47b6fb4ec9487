import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectFiles, root } from './project-files.ts';

it('no file names an absolute path of one machine', () => {
  const machinePath = /(?<![\w.~})-])\/(?:work|root|home)\//;
  const found = projectFiles().flatMap((file) => readFileSync(join(root, file), 'latin1').split('\n')
    .flatMap((line, index) => (machinePath.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])));
  expect(found).toEqual([]);
});
