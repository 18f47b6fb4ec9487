import { cpSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvOf, resultOf, reviews, sentenceOf, sesame, start, temporaryFolder, until, write, writeTinyModel, type Result } from './support.ts';

const folder = temporaryFolder(), model = join(folder, 'tiny');
const quick = ['--model', model, '--device', 'cpu', '--epochs', '4', '--batch-size', '8', '--learning-rate', '0.01', '--threads', '1'];
const scoreNames = ['accuracy', 'macroF1', 'microF1', 'mcc', 'precision', 'recall', 'f1'];

beforeAll(async () => {
  await writeTinyModel(model);
  write(folder, 'train.csv', csvOf(reviews(80)));
  write(folder, 'dev.csv', csvOf(reviews(100).slice(80)));
});

describe('train', () => {
  const out = join(folder, 'run');
  let result: Result, progress: string;

  beforeAll(async () => {
    const running = await sesame(folder, ['train', '--train', 'train.csv', '--dev', 'dev.csv', '--test', 'dev.csv', '--task', 'classification', '--seed', '7', '--out', out, ...quick, '--json']);
    expect(running.code, running.stderr).toBe(0);
    progress = running.stderr;
    result = JSON.parse(running.stdout);
  });

  it('gives the scores under their usual names, with intervals, and everything that decided them', () => {
    expect(result).toMatchObject({ task: 'classification', model: 'tiny', init: 'pretrained', device: 'cpu', threads: 1, seed: 7, out, heldOut: false, truncated: 0, warnings: [], rows: { train: 80, dev: 20, test: 20 } });
    expect(result.hyperparameters).toMatchObject({ epochs: 4, batchSize: 8, learningRate: 0.01, seed: 7 });
    expect(result.picked).toEqual({ maxLength: expect.stringContaining('tokens') });
    expect(result.missing).toEqual(expect.arrayContaining(['classifier.weight', 'classifier.bias']));
    expect(result.unexpected.every((name: string) => name.startsWith('cls.'))).toBe(true);
    for (const split of ['dev', 'test']) {
      for (const name of scoreNames) expect(result[split][name], `${split} ${name}`).toBeGreaterThan(0.9);
      expect(result[split].intervals.accuracy).toMatchObject({ level: 0.95 });
      expect(result[split].confusionMatrix).toHaveLength(2);
    }
    expect(result.bestEpoch).toBeGreaterThanOrEqual(1);
    expect(result.tokensPerSecond).toBeGreaterThan(0);
    expect(result.history).toHaveLength(result.steps / 10);
  });

  it('tells on stderr how it goes', () => {
    expect(progress).toMatch(/^Weights: new are pooler, classifier \(4 weights\); unused are cls\.predictions \(5 weights\)\.$/m);
    expect(progress).toMatch(/^ {2}warm-up +10 % of the steps\s/m);
    expect(progress).toMatch(/^ {2}schedule +linear\s/m);
    expect(progress).toMatch(/^ {2}patience +\d+ epochs? without a better dev score/m);
    expect(progress).toMatch(/^About \d+ s for 40 steps, at [\d,]+ tokens\/s\.$/m);
    expect(progress).toMatch(/^epoch 1\/4 {2}dev loss \d\.\d{3} {2}dev accuracy \d\.\d{3}/m);
  });

  it('leaves a whole model with its card and result, and no checkpoint', () => {
    expect(readdirSync(out).sort()).toEqual(['README.md', 'config.json', 'metrics.jsonl', 'model.safetensors', 'result.json', 'run.json', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt']);
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({ id2label: { 0: 'neg', 1: 'pos' }, architectures: ['BertForSequenceClassification'] });
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('| dev | accuracy |');
    expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).dev).toEqual(result.dev);
    const steps = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line).step);
    expect(steps).toEqual(steps.toSorted((one, other) => one - other));
  });

  it('never writes over a run or other files, and says what to do instead', async () => {
    const anew = (out: string) => sesame(folder, ['train', '--train', 'train.csv', '--task', 'classification', '--out', out, ...quick]);
    const before = statSync(join(out, 'model.safetensors')).mtimeMs;
    expect(sentenceOf(await anew(out), 1)).toBe(`${out} holds a finished run; choose a new folder with --out.`);
    expect(statSync(join(out, 'model.safetensors')).mtimeMs).toBe(before);
    const notes = join(folder, 'notes');
    write(notes, 'mine.txt', 'x');
    expect(sentenceOf(await anew(notes), 1)).toBe(`${notes} holds other files; choose a new folder with --out.`);
    expect(readdirSync(notes)).toEqual(['mine.txt']);
    expect(sentenceOf(await anew('train.csv'), 1)).toBe('train.csv is a file; choose a new folder with --out.');
    expect(sentenceOf(await sesame(folder, ['train', '--resume', out]), 1)).toBe(`The run in ${out} is finished; its model is there, and a new run needs a folder of its own.`);
    expect(sentenceOf(await sesame(folder, ['train', '--resume', notes]), 1)).toBe(`${notes} holds no run to go on with; give the folder that --out named when it was started.`);
  });

  it('scores the model again alike with evaluate', async () => {
    const evaluated = await resultOf(folder, ['evaluate', '--model', out, '--data', 'dev.csv', '--threads', '1']);
    for (const name of scoreNames) expect(evaluated[name]).toBeCloseTo(result.dev[name], 6);
    expect(evaluated).toMatchObject({ task: 'classification', rows: 20, dev: { accuracy: evaluated.accuracy }, confusionMatrix: result.dev.confusionMatrix });
    const { code, stdout } = await sesame(folder, ['evaluate', '--model', out, '--data', 'dev.csv']);
    expect(code).toBe(0);
    for (const line of [/^Scores of .*run on dev\.csv \(20 rows, with 95 % intervals\)$/m, /^ {2}accuracy +[01]\.\d{3} {2}[01]\.\d{3} to 1\.000$/m, /^ {2}label +precision +recall +F1 +rows$/m, /^ {2}gold \\ predicted +neg +pos$/m]) expect(stdout).toMatch(line);
  });

  it('refuses to be scored on a label that the model does not know, or for another task', async () => {
    write(folder, 'strange.csv', 'text,label\nthe film was good,pos\nthe film was odd,odd\n');
    expect(sentenceOf(await sesame(folder, ['evaluate', '--model', out, '--data', 'strange.csv']), 1)).toBe('strange.csv line 3 has the label “odd”, which the model does not know; the labels are “neg”, “pos”.');
    expect(sentenceOf(await sesame(folder, ['evaluate', '--model', out, '--data', 'dev.csv', '--task', 'regression']), 2)).toBe(`The model in ${out} is fine-tuned for classification; leave out --task regression.`);
    expect(sentenceOf(await sesame(folder, ['evaluate', '--model', model, '--data', 'dev.csv']), 1)).toContain('is not fine-tuned');
  });

  it('labels rows of a file and of stdin, giving back their own keys', async () => {
    const rows = '{"id":1,"text":"the film was very good"}\n{"id":2,"meta":{"from":"x"},"text":"the book was very bad"}\n';
    const { code, stdout } = await sesame(folder, ['predict', '--model', out], { input: rows });
    expect(code).toBe(0);
    const answers = stdout.trim().split('\n').map((line) => JSON.parse(line));
    expect(answers).toMatchObject([{ id: 1, prediction: { label: 'pos' } }, { id: 2, meta: { from: 'x' }, prediction: { label: 'neg' } }]);
    expect(answers[0].prediction.probabilities.pos + answers[0].prediction.probabilities.neg).toBeCloseTo(1, 6);
    const fromFile = await sesame(folder, ['predict', '--model', out, '--input', 'train.csv']);
    expect(fromFile.stdout.trim().split('\n').map((line) => JSON.parse(line).text)).toEqual(reviews(80).map(({ text }) => text));
  });

  it('answers each line of stdin at once', async () => {
    const running = start(folder, ['predict', '--model', out, '--threads', '1'], { input: 'later' }), { stdin } = running.child;
    for (const id of [1, 2, 3]) {
      stdin!.write(`${JSON.stringify({ id, text: 'the film was good' })}\n`);
      await until(running, () => running.stdout().split('\n').length === id + 1);
      expect(JSON.parse(running.stdout().trim().split('\n').at(-1)!)).toMatchObject({ id, prediction: { label: 'pos' } });
    }
    stdin!.end();
    expect(await running.outcome).toMatchObject({ code: 0, stderr: '' });
  });

  it('says at once, not after the first line, that a model cannot be used', async () => {
    const broken = join(folder, 'broken');
    cpSync(out, broken, { recursive: true });
    truncateSync(join(broken, 'model.safetensors'), 5000);
    const running = start(folder, ['predict', '--model', broken], { input: 'later' });
    expect(sentenceOf(await running.outcome, 1)).toContain('is damaged');
  });

  it('exports every format, compared with the model on the run’s own dev rows', async () => {
    const files = { onnx: 'onnx/model.onnx', 'onnx-fp16': 'onnx/model_fp16.onnx', 'onnx-int8': 'onnx/model_quantized.onnx' };
    for (const [format, file] of Object.entries(files)) {
      const exported = await resultOf(folder, ['export', '--model', out, '--format', format, '--out', 'exported', '--threads', '1']);
      expect(exported.parity).toMatchObject({ format, rows: 20, decisions: { compared: 20 } });
      expect(existsSync(join(folder, 'exported', file))).toBe(true);
    }
    expect((await resultOf(folder, ['export', '--model', out, '--format', 'hf', '--out', 'exported'])).parity).toBeNull();
    expect(readFileSync(join(folder, 'exported', 'README.md'), 'utf8')).toContain('model_quantized.onnx');
    expect(sentenceOf(await sesame(folder, ['export', '--model', out, '--format', 'hf', '--out', out]), 1)).toContain('is the model itself');
    expect((await resultOf(folder, ['evaluate', '--model', 'exported', '--data', 'dev.csv'])).accuracy).toBeCloseTo(result.dev.accuracy, 6);
  });
});

describe('train with what is left out', () => {
  it('guesses the task, sets dev rows aside, names rows without text or label, and finds a new folder in the library', async () => {
    write(folder, 'gaps.csv', csvOf(reviews(60)) + ',pos\nthe film was odd,\n');
    const { code, stdout, stderr } = await sesame(folder, ['train', '--train', 'gaps.csv', ...quick]);
    expect(code, stderr).toBe(0);
    for (const line of [
      'The task is classification: column “label” holds 2 labels.', 'Fine-tuning tiny for classification on 1 processor thread.', '  gaps.csv line 62 has no text in column “text”',
      '  gaps.csv line 63 has no label in column “label”', '2 rows cannot be used and are left out:', '6 rows of the training file are set aside', '  labels          neg, pos',
    ]) expect(stdout).toContain(line);
    const out = /The model is in (\S+); next:/.exec(stdout)?.[1] as string;
    expect(out).toMatch(/library\/runs\/\d{4}-\d\d-\d\d-classification$/);
    expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
  });

  it('says what it is that cannot be guessed', async () => {
    write(folder, 'unplain.csv', 'text,label\n' + Array.from({ length: 20 }, (_, index) => `the film ${index},${index}\n`).join(''));
    expect(sentenceOf(await sesame(folder, ['train', '--train', 'unplain.csv', ...quick]), 2)).toBe('What unplain.csv is to teach is not plain from it; say so with --task, one of classification, multilabel, regression, pair.');
  });

  it('trains each kind of task, whose scores may be undefined and then are null', async () => {
    const several = reviews(40).map(({ text, label }) => JSON.stringify({ text, labels: label === 'pos' ? ['good', 'liked'] : ['bad'] })).join('\n');
    write(folder, 'several.jsonl', several);
    const numbers = reviews(40).map(({ text, label }) => JSON.stringify({ text, score: label === 'pos' ? 4.5 : 1.5 })).join('\n');
    write(folder, 'numbers.jsonl', numbers);
    const pairs = reviews(40).map(({ text, label }) => JSON.stringify({ premise: text, hypothesis: 'the film was good', label: label === 'pos' ? 'yes' : 'no' })).join('\n');
    write(folder, 'pairs.jsonl', pairs);
    const fit = async (file: string, ...more: string[]) => resultOf(folder, ['train', '--train', file, '--model', model, '--device', 'cpu', '--epochs', '1', '--threads', '1', '--out', `${file}-run`, ...more]);
    const [multilabel, regression, pair] = [await fit('several.jsonl'), await fit('numbers.jsonl', '--dev', write(folder, 'constant.jsonl', '{"text": "a", "score": 2.5}\n{"text": "b", "score": 2.5}\n'), '--init', 'random'), await fit('pairs.jsonl')];
    expect(multilabel).toMatchObject({ task: 'multilabel', labels: ['bad', 'good', 'liked'] });
    expect(multilabel.dev.microF1).toBeTypeOf('number');
    expect(regression).toMatchObject({ task: 'regression', init: 'random', dev: { pearson: null } });
    expect(pair).toMatchObject({ task: 'pair', labels: ['no', 'yes'] });
    const ask = async (run: string, row: object) => JSON.parse((await sesame(folder, ['predict', '--model', run], { input: JSON.stringify(row) })).stdout).prediction;
    expect(await ask('several.jsonl-run', { text: 'good' })).toMatchObject({ labels: expect.any(Array), probabilities: { liked: expect.any(Number) } });
    expect(await ask('numbers.jsonl-run', { text: 'good' })).toEqual({ value: expect.any(Number) });
    expect(await ask('pairs.jsonl-run', { premise: 'good', hypothesis: 'bad' })).toMatchObject({ label: expect.stringMatching(/yes|no/) });
    expect((await sesame(folder, ['predict', '--model', 'pairs.jsonl-run'], { input: '{"text": "good"}\n' })).stderr).toContain('second text');
  });
});
