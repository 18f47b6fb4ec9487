import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { root } from './project-files.ts';

const eslint = new ESLint({ cwd: root });

/** The rules that `source` breaks, as `severity rule`. The file has to be one that the TypeScript project knows; its own text is not read. */
async function broken(source: string, filePath = 'shared/domain/errors.ts'): Promise<string[]> {
  const [result] = await eslint.lintText(source, { filePath });
  return (result?.messages ?? []).map(({ severity, ruleId, message }) => `${severity === 2 ? 'error' : 'warning'} ${ruleId ?? message}`);
}

const lines = (count: number) => Array.from({ length: count }, (_, index) => `export const line${index} = ${index};\n`).join('');

describe('lint', () => {
  it('says nothing about a file of 300 lines', async () => {
    expect(await broken(lines(300))).toEqual([]);
  });

  it('warns about a file above 300 lines', async () => {
    expect(await broken(lines(301))).toEqual(['warning sesame/long-file']);
  });

  it('refuses a file above 500 lines', async () => {
    expect(await broken(lines(501))).toContain('error max-lines');
  });

  it('leaves generated files alone', async () => {
    expect(await eslint.isPathIgnored('src-main/engine/lowering/generated/onnx_pb.js')).toBe(true);
  });

  it('refuses any', async () => {
    expect(await broken('export const value = (input: any): unknown => input;\n')).toContain('error @typescript-eslint/no-explicit-any');
  });

  it('refuses an unused variable, in TypeScript and in JavaScript', async () => {
    expect(await broken('const unused = 1;\n')).toEqual(['error @typescript-eslint/no-unused-vars']);
    expect(await broken('const unused = 1;\n', 'scripts/run.mjs')).toEqual(['error no-unused-vars']);
  });

  it('refuses a promise that nobody waits for', async () => {
    expect(await broken('Promise.resolve(1);\n')).toEqual(['error @typescript-eslint/no-floating-promises']);
  });

  it.for([
    ['a line', 'const unused = 1; // eslint-disable-line\n'],
    ['a line by the name of a rule', 'const unused = 1; // eslint-disable-line @typescript-eslint/no-unused-vars\n'],
    ['the next line', '// eslint-disable-next-line @typescript-eslint/no-unused-vars\nconst unused = 1;\n'],
    ['a whole file', '/* eslint-disable */\nconst unused = 1;\n'],
    ['a whole file for a reason, but without naming a rule', '/* eslint-disable -- in a hurry */\nconst unused = 1;\n'],
  ] as const)('refuses a comment that disables %s without a reason', async ([, source]) => {
    expect(await broken(source)).toContain('error sesame/disable-with-reason');
  });

  it('accepts a comment that disables one rule and says why', async () => {
    expect(await broken('// eslint-disable-next-line @typescript-eslint/no-unused-vars -- shows the comment\nconst unused = 1;\n')).toEqual([]);
  });

  it('refuses a comment that disables a rule which nothing breaks', async () => {
    expect(await broken('// eslint-disable-next-line no-var -- shows the comment\nexport const used = 1;\n')).toHaveLength(1);
  });
});
