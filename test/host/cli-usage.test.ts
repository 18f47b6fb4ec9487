import { expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { tasks } from '../../shared/domain/tasks.ts';
import { isTrainable } from '../../src-main/engine/tasks/index.ts';
import { sentenceOf, sesame, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const untrainable = tasks.find((task) => !isTrainable(task));
const commands = ['demo', 'train', 'evaluate', 'predict', 'export', 'models', 'devices', 'bench'];

it('gives its version', async () => {
  expect(await sesame(folder, ['--version'])).toMatchObject({ code: 0, stdout: `${packageFile.version}\n`, stderr: '' });
});

it('lists its commands, and the options of each', async () => {
  const { code, stdout } = await sesame(folder, ['--help']);
  expect(code).toBe(0);
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} {2,}\\w`, 'm'));
  const helps = await Promise.all(commands.map((command) => sesame(folder, [command, '--help'])));
  for (const [index, help] of helps.entries()) {
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(new RegExp(`^sesame ${commands[index]}: `));
    for (const option of ['--json', '--library DIR', '--help']) expect(help.stdout).toContain(`  ${option}`);
  }
});

it.each([
  { args: [], says: 'Give a command, one of demo, train, evaluate, predict, export, models, devices, bench; "sesame --help" says what they do.' },
  { args: ['trian'], says: 'There is no command trian; choose one of demo, train, evaluate, predict, export, models, devices, bench.' },
  { args: ['toString'], says: 'There is no command toString; choose one of demo, train, evaluate, predict, export, models, devices, bench.' },
  { args: ['train'], says: '--train is missing: give the file to learn from; see --help.' },
  { args: ['train', '--trian', 'x'], says: 'There is no option --trian; --train may be meant; see --help.' },
  { args: ['train', '--epochs', '0'], says: '--epochs 0 is not a whole number from 1 on; see --help.' },
  { args: ['train', '--learning-rate', '-1'], says: '--learning-rate -1 is not a number above 0, at most 1; see --help.' },
  { args: ['train', '--train'], says: '--train needs a value, FILE; see --help.' },
  { args: ['train', '--train', '--json'], says: '--train needs a value, FILE; see --help.' },
  { args: ['train', '--json=yes'], says: '--json takes no value; see --help.' },
  { args: ['train', '--seed', '1', '--seed', '2'], says: '--seed is given twice; give it once.' },
  { args: ['train', '--train', 'a.csv', 'b.csv'], says: 'The argument b.csv belongs to no option; see --help.' },
  { args: ['train', '--train', 'a.csv', '--task', 'poetry'], says: /^--task poetry is not one of classification, / },
  { args: ['train', '--train', 'a.csv', '--map', 'texts=x'], says: '--map texts=x is not of the form role=column; the roles are text, textPair, label, id, split.' },
  { args: ['train', '--resume', 'x', '--epochs', '3'], says: '--resume goes on with everything as the run was started; leave out --epochs.' },
  { args: ['export', '--model', 'x', '--format', 'pdf', '--out', 'y'], says: '--format pdf is not one of onnx, onnx-fp16, onnx-int8, hf; see --help.' },
  { args: ['models', 'import'], says: /^Say what is to be done: models list, / },
  { args: ['bench', 'everything'], says: 'There is no benchmark everything; choose one of step, inference, finetune.' },
])('refuses $args in one sentence, as wrong usage', async ({ args, says }) => {
  const sentence = sentenceOf(await sesame(folder, args), 2);
  if (typeof says === 'string') expect(sentence).toBe(says);
  else expect(sentence).toMatch(says);
});

it.skipIf(!untrainable)('says which tasks can be trained where one cannot', async () => {
  expect(sentenceOf(await sesame(folder, ['train', '--train', 'a.csv', '--task', untrainable!]), 2)).toContain(`The task ${untrainable} cannot be trained here yet; choose one of classification, `);
});
