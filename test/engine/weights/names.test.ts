import { describe, expect, it } from 'vitest';
import { canonicalName, matchParameters } from '../../../src-main/engine/weights/names.ts';
import type { Weights } from '../../../src-main/engine/weights/tensors.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import { counting } from './support.ts';

const named = (...names: readonly string[]): Weights => new Map(names.map((name) => [name, counting([2])]));
const expecting = (...names: readonly string[]): Map<string, number[]> => new Map(names.map((name) => [name, [2]]));

describe('names of parameters', () => {
  it('turns the gamma and beta of old files into weight and bias, and nothing else', () => {
    expect(canonicalName('bert.embeddings.LayerNorm.gamma')).toBe('bert.embeddings.LayerNorm.weight');
    expect(canonicalName('bert.embeddings.LayerNorm.beta')).toBe('bert.embeddings.LayerNorm.bias');
    expect(canonicalName('gamma.beta_1.kernel')).toBe('gamma.beta_1.kernel');
  });
});

describe('matching a file with a model', () => {
  const encoder = ['bert.embeddings.word_embeddings.weight', 'bert.embeddings.LayerNorm.weight'];

  it('finds every parameter by its name, in the order the model asks', () => {
    const weights = named('classifier.weight', ...encoder);
    const { found, missing, unexpected } = matchParameters(weights, expecting(...encoder, 'classifier.weight'));
    expect([...found.keys()]).toEqual([...encoder, 'classifier.weight']);
    expect(found.get('classifier.weight')).toBe(weights.get('classifier.weight'));
    expect([missing, unexpected]).toEqual([[], []]);
  });

  it('adds the prefix of the encoder, or leaves it out, whichever the file lacks', () => {
    const bare = encoder.map((name) => name.replace('bert.', ''));
    expect([...matchParameters(named(...bare), expecting(...encoder)).found.keys()]).toEqual(encoder);
    expect([...matchParameters(named(...encoder), expecting(...bare)).found.keys()]).toEqual(bare);
  });

  it('knows old names with and without the prefix', () => {
    const { found, unexpected } = matchParameters(named('embeddings.LayerNorm.gamma'), expecting('bert.embeddings.LayerNorm.weight'));
    expect([[...found.keys()], unexpected]).toEqual([['bert.embeddings.LayerNorm.weight'], []]);
  });

  it('takes an exact name before one that only matches', () => {
    const weights: Weights = new Map([['pooler.LayerNorm.gamma', counting([3])], ['pooler.LayerNorm.weight', counting([3])], ['bert.pooler.LayerNorm.weight', counting([2])]]);
    const { found, unexpected } = matchParameters(weights, expecting('bert.pooler.LayerNorm.weight'));
    expect(found.get('bert.pooler.LayerNorm.weight')!.shape).toEqual([2]);
    expect(unexpected).toEqual(['pooler.LayerNorm.gamma', 'pooler.LayerNorm.weight']);
  });

  it('reports what is missing, and what is unexpected by its name in the file, but no id buffers', () => {
    const { missing, unexpected } = matchParameters(
      named('cls.predictions.bias', 'head.LayerNorm.gamma', 'bert.embeddings.position_ids', 'embeddings.token_type_ids'), expecting('classifier.weight'));
    expect(missing).toEqual(['classifier.weight']);
    expect(unexpected).toEqual(['cls.predictions.bias', 'head.LayerNorm.gamma']);
  });

  it('refuses another shape, naming the tensor and both shapes', () => {
    const match = (): unknown => matchParameters(new Map([['classifier.weight', counting([3, 2])]]), new Map([['classifier.weight', [5, 2]]]));
    expect(match).toThrow(InputError);
    expect(match).toThrow(/“classifier\.weight” has the shape \[3, 2\] .* needs \[5, 2\]/);
  });
});
