import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvOf, reviews, sentenceOf, sesame, temporaryFolder, withoutGpu, write, writeTinyModel } from './support.ts';

const folder = temporaryFolder(), out = join(folder, 'run');
const good = csvOf(reviews(40)), [header, ...lines] = good.trim().split('\n') as [string, ...string[]];

beforeAll(async () => {
  await writeTinyModel(join(folder, 'tiny'));
  write(folder, 'good.csv', good);
});

const train = (...args: string[]) => sesame(folder, ['train', '--model', 'tiny', '--device', 'cpu', '--task', 'classification', '--out', out, ...args]);

describe('a file that cannot be trained on is refused in one sentence, and nothing is written', () => {
  it.each<{ what: string; content?: string | Buffer; args?: string[]; says: string | RegExp; code?: 1 | 2 }>([
    { what: 'missing', says: 'There is no file bad.csv; check its name and folder.' },
    { what: 'empty', content: '', says: 'bad.csv is empty; give a file with at least one row.' },
    { what: 'only a header', content: `${header}\n`, says: /^bad\.csv .*; give a file with at least one row\.$/ },
    { what: 'without the column named', content: good, args: ['--map', 'text=sentence'], says: 'bad.csv has no column “sentence” for text; its columns are “text”, “label”.' },
    { what: 'without labels', content: 'text,one,two\na,1,1\nb,2,2\n', says: /^No column of bad\.csv looks like the label; .*--map label=COLUMN/ },
    { what: 'of one label only', content: [header, ...lines.map((line) => line.replace(/,neg$/, ',pos'))].join('\n'), says: 'Every row has the label “pos”; a classifier needs rows of at least two labels.' },
    { what: 'of few rows', content: [header, ...lines.slice(0, 4)].join('\n'), says: 'bad.csv has 4 usable rows; label at least 10, better 100, and train again.' },
    { what: 'not UTF-8', content: Buffer.from(`${good}caf\xe9,pos\n`, 'latin1'), says: `bad.csv is not UTF-8: byte ${good.length + 3} (line 42) is 0xE9; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and try again.` },
    { what: 'a zip archive', content: Buffer.from('PK\x03\x04' + 'x'.repeat(100)), says: 'bad.csv is a zip archive or a spreadsheet, not a text file; unpack it, or export the sheet as CSV and try again.' },
    { what: 'of 50 MB in one line', content: Buffer.concat([Buffer.from(`${good}`), Buffer.alloc(50_000_000, 'x'), Buffer.from(',pos\n')]), says: 'The row of bad.csv that begins on line 42 is longer than 10 MB; check that its lines are separated and that no quotation mark is left open.' },
    { what: 'for regression without numbers', content: good, args: ['--task', 'regression'], says: /^bad\.csv line 2 has “pos” where regression needs a number; / },
  ])('$what', async ({ what, content, args = [], says, code = 1 }) => {
    const own = join(folder, what.replaceAll(/\W+/g, '-'));
    write(own, 'unused', '');
    if (content !== undefined) write(own, 'bad.csv', content);
    const task = args.includes('--task') ? [] : ['--task', 'classification'];
    const sentence = sentenceOf(await sesame(own, ['train', '--model', join(folder, 'tiny'), '--device', 'cpu', '--train', 'bad.csv', '--out', 'run', ...task, ...args]), code);
    if (typeof says === 'string') expect(sentence).toBe(says);
    else expect(sentence).toMatch(says);
    expect(existsSync(join(own, 'run'))).toBe(false);
  });

  it('a dev label that no training row has', async () => {
    write(folder, 'strange.csv', `${good}the film was odd,odd\n`);
    expect(sentenceOf(await train('--train', 'good.csv', '--dev', 'strange.csv'), 1)).toBe('strange.csv line 42 has the label “odd”, which no training row has; the labels are “neg”, “pos”.');
    expect(existsSync(out)).toBe(false);
  });

  it('a folder in a file’s place, a length the model has no positions for, a device that is not there', async () => {
    expect(sentenceOf(await train('--train', 'tiny'), 1)).toBe('tiny is a folder; give the file in it that holds the data.');
    expect(sentenceOf(await train('--train', 'good.csv', '--max-length', '64'), 1)).toBe('The model reads at most 48 tokens; give --max-length 48 or less.');
    const refused = await sesame(folder, ['train', '--model', 'tiny', '--task', 'classification', '--train', 'good.csv', '--out', out, '--device', 'webgpu'], withoutGpu);
    expect(sentenceOf(refused, 1)).toBe('The device webgpu cannot be used: no GPU with a working driver was found; use --device cpu, or see "sesame devices".');
    expect(existsSync(out)).toBe(false);
  });

  it('leaves an empty folder that was there as it was', async () => {
    const empty = join(folder, 'empty folder');
    mkdirSync(empty);
    expect((await sesame(folder, ['train', '--model', 'tiny', '--device', 'cpu', '--task', 'classification', '--train', 'none.csv', '--out', empty])).code).toBe(1);
    expect(readdirSync(empty)).toEqual([]);
  });
});

describe('predict', () => {
  it('says which line of its input cannot be read, after it has answered the lines before', async () => {
    const { code } = await sesame(folder, ['train', '--model', 'tiny', '--device', 'cpu', '--task', 'classification', '--train', 'good.csv', '--epochs', '1', '--out', join(folder, 'model')]);
    expect(code).toBe(0);
    const { code: failed, stdout, stderr } = await sesame(folder, ['predict', '--model', 'model'], { input: '{"text":"good"}\n{"text":\n' });
    expect({ failed, answers: stdout.trim().split('\n').length }).toEqual({ failed: 1, answers: 1 });
    expect(stderr).toMatch(/^the input line 2 is not valid JSON: [^\n]*\.\n$/);
  });
});
