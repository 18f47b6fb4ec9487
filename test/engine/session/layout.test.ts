import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Parameters } from '../../../src-main/engine/nn/parameters.ts';
import { layoutOf, tile } from '../../../src-main/engine/session/state/layout.ts';

const shape = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 2 });
const suffixes = ['weight', 'bias', 'LayerNorm.weight', 'LayerNorm.bias'];
const layouts = fc.array(fc.tuple(fc.constantFrom(...suffixes), shape), { maxLength: 12 }).map((declared) => {
  const parameters = new Parameters();
  declared.forEach(([suffix, lengths], index) => parameters.declare(`layer.${index}.${suffix}`, lengths));
  return { parameters: parameters.all, layout: layoutOf(parameters.all) };
});

describe('the layout of a model\'s state', () => {
  it('gives every parameter a place of its own, of its size', () => {
    fc.assert(fc.property(layouts, ({ parameters, layout }) => {
      expect(layout.placed.map(({ parameter }) => parameter.name).sort()).toEqual(parameters.map(({ name }) => name).sort());
      let end = 0;
      for (const { parameter, offset, size } of layout.placed) {
        expect(offset).toBeGreaterThanOrEqual(end);
        expect(size).toBe(parameter.shape.reduce((product, length) => product * length, 1));
        end = offset + size;
      }
      expect(end).toBeLessThanOrEqual(layout.length);
    }));
  });

  it('keeps weights that decay apart from biases and LayerNorms, in whole tiles each', () => {
    fc.assert(fc.property(layouts, ({ layout }) => {
      expect(layout.parts.reduce((total, { tiles }) => total + tiles * tile, 0)).toBe(layout.length);
      for (const { parameter, offset, size } of layout.placed) {
        const part = layout.parts.find(({ offset: start, tiles }) => offset >= start && offset + size <= start + tiles * tile);
        expect(part?.decays).toBe(/^layer\.\d+\.weight$/.test(parameter.name));
      }
    }));
  });

  it('has no part for a kind of parameter that the model does not have', () => {
    const parameters = new Parameters();
    parameters.declare('a.weight', [3, 4]);
    expect(layoutOf(parameters.all).parts).toEqual([{ name: 'decayed', decays: true, offset: 0, tiles: 1 }]);
    expect(layoutOf([])).toEqual({ placed: [], parts: [], length: 0 });
  });
});
