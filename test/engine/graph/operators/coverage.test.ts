import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { operatorCases } from './cases.ts';

const folder = resolve(import.meta.dirname, '../../../../src-main/engine/graph/operators');

it('every exported operator has a case, and every case is about an exported operator', async () => {
  const modules = await Promise.all(readdirSync(folder).map((file) => import(pathToFileURL(join(folder, file)).href) as Promise<Record<string, unknown>>));
  const exported = modules.flatMap((module) => Object.keys(module));
  expect([...new Set(operatorCases.map((operatorCase) => operatorCase.of))].sort()).toEqual(exported.sort());
});
