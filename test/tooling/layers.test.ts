import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const config = await extractDepcruiseConfig(join(root, '.dependency-cruiser.mjs'));
const ruleNames = (config.forbidden ?? []).map((rule) => rule.name ?? '');
// As in the script `layers` of package.json.
const folders = ['src-*', 'shared'];
const trees: string[] = [];
afterAll(() => { for (const tree of trees) rmSync(tree, { recursive: true, force: true }); });

const dependencies = ['zod', '@orpc/contract', '@orpc/client', 'vue', 'csv-parse', 'onnxruntime-node', 'koffi', 'better-sqlite3'];
const devDependencies = ['electron', 'vitest'];
const undeclared = ['stray'];

/** Broken rules as `rule: from -> to`, in a tree of the given files (path -> source) with the packages above installed. */
async function violations(files: Record<string, string>): Promise<string[]> {
  const tree = mkdtempSync(join(tmpdir(), 'sesame-layers-'));
  trees.push(tree);
  const write = (path: string, source: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), source);
  };
  const versions = (names: string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  write('package.json', JSON.stringify({ name: 'tree', type: 'module', dependencies: versions(dependencies), devDependencies: versions(devDependencies) }));
  for (const name of [...dependencies, ...devDependencies, ...undeclared]) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  mkdirSync(join(tree, 'shared'));
  for (const [path, source] of Object.entries(files)) write(path, source);
  return cruised(tree);
}

async function cruised(baseDir: string): Promise<string[]> {
  const { output } = await cruise(folders, { ...config.options, baseDir, validate: true, ruleSet: config });
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text instead of a result.');
  return output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to.replace(/^node_modules\/(.+)\/index\.js$/, '$1')}`);
}

/** A file that imports `specifiers` for their values. */
const importing = (...specifiers: string[]) => specifiers.map((specifier, index) => `import * as m${index} from '${specifier}';\nexport const v${index} = m${index};\n`).join('');
const empty = 'export const nothing = 0;\n';

interface Case { readonly rule: string; readonly says: string; readonly files: Record<string, string>; readonly broken: string }

const cases: Case[] = [
  {
    rule: 'domain-imports-nothing', says: 'shared/domain may not import a library, not even a pure one',
    files: { 'shared/domain/spans.ts': importing('zod') }, broken: 'shared/domain/spans.ts -> zod',
  },
  {
    rule: 'domain-imports-nothing', says: 'shared/domain may not import Node',
    files: { 'shared/domain/spans.ts': importing('node:fs') }, broken: 'shared/domain/spans.ts -> fs',
  },
  {
    rule: 'domain-imports-nothing', says: 'shared/domain may not import the contract, nor even its types',
    files: { 'shared/domain/spans.ts': "import type { nothing } from '../contract/index.ts';\nexport type T = typeof nothing;\n", 'shared/contract/index.ts': empty },
    broken: 'shared/domain/spans.ts -> shared/contract/index.ts',
  },
  {
    rule: 'shared-is-pure', says: 'shared may not import a library that is not pure',
    files: { 'shared/contract/files.ts': importing('csv-parse') }, broken: 'shared/contract/files.ts -> csv-parse',
  },
  {
    rule: 'shared-is-pure', says: 'shared may not import Node',
    files: { 'shared/contract/files.ts': importing('node:path') }, broken: 'shared/contract/files.ts -> path',
  },
  {
    rule: 'shared-is-pure', says: 'shared may not import the backend',
    files: { 'shared/contract/runs.ts': importing('../../src-main/runs/runs.ts'), 'src-main/runs/runs.ts': empty }, broken: 'shared/contract/runs.ts -> src-main/runs/runs.ts',
  },
  {
    rule: 'renderer-knows-only-shared', says: 'the renderer may not import the backend, nor even its types',
    files: { 'src-renderer/app/main.ts': "import type { nothing } from '../../src-main/runs/runs.ts';\nexport type T = typeof nothing;\n", 'src-main/runs/runs.ts': empty },
    broken: 'src-renderer/app/main.ts -> src-main/runs/runs.ts',
  },
  {
    rule: 'renderer-knows-only-shared', says: 'the renderer may not import Node',
    files: { 'src-renderer/app/main.ts': importing('node:fs') }, broken: 'src-renderer/app/main.ts -> fs',
  },
  {
    rule: 'renderer-knows-only-shared', says: 'the renderer may not import a library of the backend',
    files: { 'src-renderer/app/main.ts': importing('csv-parse') }, broken: 'src-renderer/app/main.ts -> csv-parse',
  },
  {
    rule: 'main-never-imports-renderer', says: 'the backend may not import the renderer',
    files: { 'src-main/api/router.ts': importing('../../src-renderer/app/main.ts'), 'src-renderer/app/main.ts': empty }, broken: 'src-main/api/router.ts -> src-renderer/app/main.ts',
  },
  {
    rule: 'engine-stands-alone', says: 'the engine may not import a service',
    files: { 'src-main/engine/train/loop.ts': importing('../../datasets/splits.ts'), 'src-main/datasets/splits.ts': empty }, broken: 'src-main/engine/train/loop.ts -> src-main/datasets/splits.ts',
  },
  {
    rule: 'engine-stands-alone', says: 'the engine may not import the contract',
    files: { 'src-main/engine/train/loop.ts': importing('../../../shared/contract/index.ts'), 'shared/contract/index.ts': empty }, broken: 'src-main/engine/train/loop.ts -> shared/contract/index.ts',
  },
  {
    rule: 'native-runtime-only-in-session', says: 'the rest of the engine may not import onnxruntime-node',
    files: { 'src-main/engine/train/loop.ts': importing('onnxruntime-node') }, broken: 'src-main/engine/train/loop.ts -> onnxruntime-node',
  },
  {
    rule: 'native-runtime-only-in-session', says: 'the compute process may not import koffi itself',
    files: { 'src-main/host/compute.ts': importing('koffi') }, broken: 'src-main/host/compute.ts -> koffi',
  },
  {
    rule: 'native-runtime-only-in-session', says: 'asking where onnxruntime-node lies is importing it',
    files: { 'src-main/host/compute.ts': "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nexport const path = require.resolve('onnxruntime-node');\n" },
    broken: 'src-main/host/compute.ts -> onnxruntime-node',
  },
  {
    rule: 'session-by-type-only-in-engine', says: 'the rest of the engine may not import engine/session by value',
    files: { 'src-main/engine/train/loop.ts': importing('../session/session.ts'), 'src-main/engine/session/session.ts': empty },
    broken: 'src-main/engine/train/loop.ts -> src-main/engine/session/session.ts',
  },
  {
    rule: 'session-only-in-compute', says: 'a service may not import engine/session, nor even its types',
    files: { 'src-main/runs/runs.ts': "import type { nothing } from '../engine/session/session.ts';\nexport type T = typeof nothing;\n", 'src-main/engine/session/session.ts': empty },
    broken: 'src-main/runs/runs.ts -> src-main/engine/session/session.ts',
  },
  {
    rule: 'session-only-in-compute', says: 'the rest of host may not import engine/session',
    files: { 'src-main/host/cli/train.ts': importing('../../engine/session/session.ts'), 'src-main/engine/session/session.ts': empty },
    broken: 'src-main/host/cli/train.ts -> src-main/engine/session/session.ts',
  },
  {
    rule: 'sqlite-only-in-db', says: 'a service may not import better-sqlite3',
    files: { 'src-main/projects/projects.ts': importing('better-sqlite3') }, broken: 'src-main/projects/projects.ts -> better-sqlite3',
  },
  {
    rule: 'electron-only-in-electron', says: 'host may not import electron',
    files: { 'src-main/host/server.ts': importing('electron') }, broken: 'src-main/host/server.ts -> electron',
  },
  {
    rule: 'nothing-imports-electron', says: 'host may not import the Electron composition root',
    files: { 'src-main/host/server.ts': importing('../electron/windows.ts'), 'src-main/electron/windows.ts': empty }, broken: 'src-main/host/server.ts -> src-main/electron/windows.ts',
  },
  ...['datasets', 'runs', 'models', 'api', 'electron'].map((folder) => ({
    rule: 'nothing-imports-host', says: `${folder} may not import host`,
    files: { [`src-main/${folder}/index.ts`]: importing('../host/server.ts'), 'src-main/host/server.ts': empty }, broken: `src-main/${folder}/index.ts -> src-main/host/server.ts`,
  })),
  {
    rule: 'no-cycles', says: 'two files may not import each other',
    files: { 'src-main/runs/a.ts': importing('./b.ts'), 'src-main/runs/b.ts': importing('./a.ts') }, broken: 'src-main/runs/a.ts -> src-main/runs/b.ts',
  },
  {
    rule: 'no-cycles', says: 'a cycle through a type is a cycle',
    files: { 'src-main/runs/a.ts': importing('./b.ts'), 'src-main/runs/b.ts': "import type { v0 } from './a.ts';\nexport type T = typeof v0;\n" }, broken: 'src-main/runs/a.ts -> src-main/runs/b.ts',
  },
  {
    rule: 'only-declared-packages', says: 'a package that package.json does not name may not be imported',
    files: { 'src-main/runs/runs.ts': importing('stray') }, broken: 'src-main/runs/runs.ts -> stray',
  },
  {
    rule: 'no-development-packages-at-run-time', says: 'the backend may not import a development dependency',
    files: { 'src-main/runs/runs.ts': importing('vitest') }, broken: 'src-main/runs/runs.ts -> vitest',
  },
];

describe('who may import whom', () => {
  it.for(cases)('$rule: $says', async ({ rule, files, broken }) => {
    expect(await violations(files)).toContain(`${rule}: ${broken}`);
  });

  it('has a case above for every rule', () => {
    expect([...new Set(cases.map(({ rule }) => rule))].sort()).toEqual([...ruleNames].sort());
  });

  it('allows a tree that is built as it should be', async () => {
    const typesOnly = (specifier: string) => `import type { nothing } from '${specifier}';\nexport type T = typeof nothing;\n`;
    expect(await violations({
      'shared/domain/errors.ts': empty,
      'shared/domain/spans.ts': importing('./errors.ts'),
      'shared/contract/index.ts': importing('zod', '@orpc/contract', '../domain/spans.ts'),
      'src-renderer/app/main.ts': importing('vue', '@orpc/client', '../../shared/contract/index.ts', '../ui/button.ts'),
      'src-renderer/ui/button.ts': importing('vue'),
      'src-main/engine/session/session.ts': `${importing('koffi', 'onnxruntime-node', 'node:module', '../../../shared/domain/errors.ts')}${empty}`,
      'src-main/engine/train/loop.ts': typesOnly('../session/session.ts'),
      'src-main/db/connection.ts': importing('better-sqlite3'),
      'src-main/datasets/datasets.ts': importing('csv-parse', '../db/connection.ts', '../../shared/domain/spans.ts', '../engine/train/loop.ts'),
      'src-main/api/router.ts': importing('../datasets/datasets.ts', '../../shared/contract/index.ts'),
      'src-main/host/compute.ts': importing('../engine/session/session.ts', '../engine/train/loop.ts'),
      'src-main/host/server.ts': importing('../api/router.ts', 'node:http'),
      'src-main/electron/main.ts': importing('electron', '../api/router.ts'),
    })).toEqual([]);
  });

  it('finds nothing to object to in this tree', async () => {
    expect(await cruised(root)).toEqual([]);
  });
});
