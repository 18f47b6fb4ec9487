import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { input } from '../../../src-main/engine/graph/tensor.ts';
import { adamW, adamWDefaults, adamWScalars, clippingScale, type AdamWOptions } from '../../../src-main/engine/optim/adamw.ts';
import { evaluate } from '../../support/reference-evaluator.ts';
import { expectClose } from '../../support/closeness.ts';
import { clipCoefficient, referenceAdamW, type ReferenceState } from './reference-adamw.ts';

const size = 6;
const names = ['weight', 'gradient', 'firstMoment', 'secondMoment'] as const;
const scalarNames = ['stepSize', 'scaledEpsilon', 'shrinkage'] as const;

interface Step { readonly options: AdamWOptions; readonly learningRate: number; readonly step: number; readonly decays: boolean; readonly gradientScale?: number }

/** One step of the graph's AdamW, computed in double precision. */
function graphStep(state: ReferenceState, gradient: ArrayLike<number>, { options, learningRate, step, decays, gradientScale = 1 }: Step): ReferenceState {
  const tensors = Object.fromEntries([...names.map((name) => [name, input(name, [size])]), ...[...scalarNames, 'scale'].map((name) => [name, input(name, [])])]) as Record<(typeof names)[number] | (typeof scalarNames)[number] | 'scale', ReturnType<typeof input>>;
  const next = adamW(tensors, tensors.scale, options, tensors, decays);
  const numbers = adamWScalars(options, learningRate, step);
  const feeds = { ...state, gradient, scale: [gradientScale], ...Object.fromEntries(scalarNames.map((name) => [name, [numbers[name]]])) };
  const results = evaluate(new Map(Object.entries(next)), feeds);
  return { weight: results.get('weight')!.data, firstMoment: results.get('firstMoment')!.data, secondMoment: results.get('secondMoment')!.data };
}

const numbers = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const arrays = (min: number, max: number) => fc.array(numbers(min, max), { minLength: size, maxLength: size }).map((values) => Float64Array.from(values));
const states = fc.record({ weight: arrays(-2, 2), firstMoment: arrays(-1, 1), secondMoment: arrays(0, 1) });
// Decay rates that float32 constants of a graph hold exactly, and whose roots they hold.
const beta1 = fc.integer({ min: 0, max: 63 }).map((part) => part / 64), beta2 = fc.integer({ min: 1, max: 6 }).map((power) => 1 - 4 ** -power);
const options = fc.record({ beta1, beta2, epsilon: numbers(1e-10, 1e-3), weightDecay: numbers(0, 0.5), maxGradientNorm: fc.constant(1) });
const steps = fc.record({ options, learningRate: numbers(0, 0.1), step: fc.integer({ min: 1, max: 100_000 }), decays: fc.boolean() });

describe('AdamW', () => {
  it('is PyTorch\'s, for any state, gradient, step and options', () => {
    fc.assert(fc.property(states, arrays(-3, 3), steps, (state, gradient, step) => {
      const expected = { weight: state.weight.slice(), firstMoment: state.firstMoment.slice(), secondMoment: state.secondMoment.slice() };
      referenceAdamW(expected, gradient, step.options, step.learningRate, step.step, step.decays);
      const actual = graphStep(state, gradient, step);
      for (const name of ['weight', 'firstMoment', 'secondMoment'] as const) expectClose(actual[name], expected[name], 1e-9, name);
    }));
  });

  it('with a clipped gradient is AdamW with that gradient made smaller', () => {
    fc.assert(fc.property(states, arrays(-3, 3), steps, numbers(0.01, 1), (state, gradient, step, gradientScale) => {
      const clipped = graphStep(state, gradient, { ...step, gradientScale }), direct = graphStep(state, gradient.map((value) => value * gradientScale), step);
      for (const name of ['weight', 'firstMoment', 'secondMoment'] as const) expectClose(clipped[name], direct[name], 1e-9, name);
    }));
  });

  it('moves every weight by the learning rate at its first step, whatever the size of the gradient', () => {
    fc.assert(fc.property(arrays(-2, 2), numbers(1e-4, 1e4), numbers(1e-4, 0.1), (weight, factor, learningRate) => {
      const gradient = Float64Array.of(1, -2, 3, -4, 5, -6).map((value) => value * factor), zeros = new Float64Array(size);
      const next = graphStep({ weight, firstMoment: zeros, secondMoment: zeros }, gradient, { options: { ...adamWDefaults, epsilon: 1e-12 }, learningRate, step: 1, decays: false });
      for (const [index, value] of next.weight.entries()) expect((weight[index]! - value) / learningRate).toBeCloseTo(Math.sign(gradient[index]!), 5);
    }));
  });

  it('leaves a weight that has no gradient and never had one, but for its decay', () => {
    fc.assert(fc.property(arrays(-2, 2), steps, (weight, step) => {
      const zeros = new Float64Array(size), state = { weight, firstMoment: zeros, secondMoment: zeros };
      expect(graphStep(state, zeros, { ...step, decays: false })).toEqual(state);
      const shrinkage = 1 - step.learningRate * step.options.weightDecay;
      expectClose(graphStep(state, zeros, { ...step, decays: true }).weight, weight.map((value) => value * shrinkage), 1e-12);
    }));
  });
});

describe('clipping by the global norm', () => {
  const graph = () => {
    const { norm, scale } = clippingScale(input('squares', []), input('largest', []));
    return new Map([['norm', norm], ['scale', scale]]);
  };
  const clip = (squares: number, largest: number) => Object.fromEntries([...evaluate(graph(), { squares: [squares], largest: [largest] })].map(([name, { data }]) => [name, data[0]!])) as { norm: number; scale: number };

  it('is PyTorch\'s', () => {
    fc.assert(fc.property(numbers(0, 1e8), numbers(1e-3, 1e3), (squares, largest) => {
      const { norm, scale } = clip(squares, largest);
      expect(norm).toBe(Math.sqrt(squares));
      expect(scale).toBeCloseTo(clipCoefficient(norm, largest), 9);
    }));
  });

  it('never lets the norm past the limit and never makes it larger', () => {
    fc.assert(fc.property(numbers(0, 1e8), numbers(1e-3, 1e3), (squares, largest) => {
      const { norm, scale } = clip(squares, largest);
      expect(norm * scale).toBeLessThanOrEqual(Math.min(norm, largest));
    }));
  });

  it('is off where the limit is infinite, also for no gradient at all', () => {
    expect(clip(1e12, Infinity).scale).toBe(1);
    expect(clip(0, Infinity).scale).toBe(1);
  });
});
