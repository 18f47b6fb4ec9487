import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tasks } from '../../../shared/domain/tasks.ts';
import { modelCard, writeModelCard, type ModelFacts } from '../../../src-main/engine/export/model-card.ts';
import { temporaryFolder } from './support.ts';

const root = temporaryFolder();
const bare: ModelFacts = { name: 'reviews', task: 'classification', formats: [] };
const full: ModelFacts = {
  name: 'reviews', task: 'classification', formats: ['hf', 'onnx', 'onnx-int8'], labels: ['bad', 'good'], languages: ['en', 'zh'], license: 'apache-2.0',
  baseModel: { name: 'mini', hubId: 'someone/mini', hash: '00ff' }, data: { name: 'film reviews', train: 900, dev: 100 },
  scores: [{ split: 'dev', scores: [{ name: 'accuracy', value: 0.91234, interval: { low: 0.9, high: 0.925, level: 0.95 } }, { name: 'macroF1', value: 0.9 }] }],
  training: { hyperparameters: { learningRate: 3e-5, epochs: 3 }, seed: 42, bestEpoch: 2 }, maxLength: 128,
  parity: [{
    format: 'onnx-int8', rows: 100, largestDifference: 0.0123, decisions: { compared: 100, equal: 99, share: 0.99 }, files: { 'onnx/model_quantized.onnx': 8_300_000 },
    scores: { accuracy: { engine: 0.91234, exported: 0.9, drop: 0.01234 } }, warnings: [{ code: 'score-drop', message: 'It scores less.' }],
  }],
};

const headings = (card: string): string[] => [...card.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading as string);

describe('a model card', () => {
  it('begins with the facts a hub reads', () => {
    expect(modelCard(full).split('\n\n')[0]).toBe([
      '---', 'language:', '- "en"', '- "zh"', 'license: "apache-2.0"', 'base_model: "someone/mini"', 'library_name: "transformers"', 'pipeline_tag: "text-classification"',
      'tags:', '- "bert"', '- "sesame-studio"', '- "classification"', '- "onnx"', 'metrics:', '- "accuracy"', '- "f1"', '---',
    ].join('\n'));
  });

  it('tells labels, data, scores with intervals, training, base model and files', () => {
    const card = modelCard(full);
    expect(headings(card)).toEqual(['Labels', 'Data', 'Scores', 'Training', 'Exported files', 'Use']);
    expect(card).toContain('| dev | accuracy | 0.9123 | 0.9000 to 0.9250 |');
    expect(card).toContain('95 % interval');
    expect(card).toContain('| train | 900 |');
    expect(card).toContain('`00ff`');
    expect(card).toContain('| learningRate | 0.00003 |');
    expect(card).toContain('| seed | 42 |');
    expect(card).toContain('| `onnx/model_quantized.onnx` | 8.3 MB | 100 | 1.2e-2 | 99.00 % |');
    expect(card).toContain('**Warning:** It scores less.');
    expect(card).toContain('up to 128 tokens');
  });

  it('leaves out what is not known', () => {
    const card = modelCard(bare);
    expect(headings(card)).toEqual([]);
    expect(card).not.toMatch(/undefined|license|language|metrics|null/);
  });

  it('shows how to load what is in the folder, and nothing else', () => {
    const libraries = (formats: ModelFacts['formats']) => [...modelCard({ ...bare, formats }).matchAll(/^With \[(\w[\w.]*)\]/gm)].map(([, library]) => library);
    expect(libraries(['hf'])).toEqual(['transformers']);
    expect(libraries(['onnx-int8'])).toEqual(['transformers.js', 'onnxruntime']);
    expect(libraries(['hf', 'onnx'])).toEqual(['transformers', 'transformers.js', 'onnxruntime']);
    expect(modelCard({ ...bare, formats: ['onnx-int8'] })).toMatch(/dtype: 'q8'[^]+model_quantized\.onnx/);
  });

  it.each(tasks)('has an example for %s in each library', (task) => {
    const card = modelCard({ ...bare, task, formats: ['hf', 'onnx'] });
    expect([...card.matchAll(/^```(?:python|js)$/gm)]).toHaveLength(3);
    expect(card).not.toContain('undefined');
  });

  it('shows names as they are, whatever characters they have', () => {
    const card = modelCard({ ...bare, name: 'a"b\\: c', formats: ['onnx'], labels: ['<b>', '| x |', '1. one', '`code`\n# title', '- item', 'un-do'] });
    expect(card).toContain('&lt;b&gt;');
    expect(card).toContain('\\| x \\|');
    expect(card).toContain('2. 1\\. one');
    expect(card).toContain('\\`code\\` # title');
    expect(card).toContain('4. \\- item\n5. un-do');
    expect(card).toContain('await pipeline(\'text-classification\', "a\\"b\\\\: c"');
  });

  it('is written to README.md', async () => {
    const folder = join(mkdtempSync(join(root, 'out-')), 'new');
    await writeModelCard(folder, full);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(modelCard(full));
  });
});
