import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradients, type GradientOptions } from '../../../src-main/engine/graph/autodiff.ts';
import { add, divide, multiply, sigmoid, stopGradient, subtract, tanh } from '../../../src-main/engine/graph/operators/elementwise.ts';
import { dropout } from '../../../src-main/engine/graph/operators/dropout.ts';
import { linear } from '../../../src-main/engine/graph/operators/products.ts';
import { sum } from '../../../src-main/engine/graph/operators/reduce.ts';
import { applicationsOf, inputsOf } from '../../../src-main/engine/graph/traversal.ts';
import { input, scalar, type Tensor } from '../../../src-main/engine/graph/tensor.ts';
import { absoluteDifference } from '../../support/closeness.ts';
import { evaluate } from '../../support/reference-evaluator.ts';
import { RandomArrays } from '../../support/random-arrays.ts';

type Feeds = Record<string, ArrayLike<number>>;
const x = input('x', [3]), y = input('y', [3]);
const gradientsOf = (loss: Tensor, parameters: readonly Tensor[], feeds: Feeds, options?: GradientOptions) => {
  const computed = new Map(gradients(loss, parameters, options).map((gradient, index) => [`${index}`, gradient]));
  return [...evaluate(computed, feeds).values()].map(({ data }) => [...data]);
};
const feeds = { x: [1, 2, 3], y: [4, 5, 6] };

describe('the gradient', () => {
  it('adds up over every use of a tensor', () => {
    expect(gradientsOf(sum(add(multiply(x, x), x)), [x], feeds)).toEqual([[3, 5, 7]]);
  });

  it('comes in the order and the shapes of the parameters', () => {
    const column = input('c', [3, 1]), result = gradients(sum(multiply(column, y)), [y, column]);
    expect(result.map(({ shape }) => shape)).toEqual([[3], [3, 1]]);
  });

  it('is zero for a parameter the loss does not depend on', () => {
    expect(gradientsOf(sum(x), [y, x], feeds)).toEqual([[0, 0, 0], [1, 1, 1]]);
  });

  it('passes stopGradient by', () => {
    expect(gradientsOf(sum(add(multiply(stopGradient(x), y), x)), [x, y], feeds)).toEqual([[1, 1, 1], [1, 2, 3]]);
  });

  it('of a tensor in the middle of the graph is that of what comes after it', () => {
    const middle = multiply(x, 3);
    expect(gradientsOf(sum(multiply(middle, middle)), [middle], feeds)).toEqual([[6, 12, 18]]);
  });

  it('asks for nothing that no parameter needs', () => {
    const weight = input('w', [2, 3]), rows = input('rows', [4, 3]);
    const computed = gradients(sum(linear(rows, weight)), [weight]);
    expect(applicationsOf(computed).filter(({ operator }) => operator.name === 'linear')).toHaveLength(1);
    expect(inputsOf(computed)).toEqual([rows]);
  });

  it('of a chain of fifty thousand operators does not overflow the stack', () => {
    let deep = x;
    for (let index = 0; index < 50_000; index++) deep = add(deep, y);
    expect(gradientsOf(sum(deep), [x, y], feeds)).toEqual([[1, 1, 1], [50_000, 50_000, 50_000]]);
  }, 20_000);
});

/** Random expressions of two variables; `choices` picks operators and operands. */
function expression(choices: readonly { readonly operator: number; readonly left: number; readonly right: number }[]): Tensor[] {
  const values: Tensor[] = [x, y];
  const operators: ((a: Tensor, b: Tensor) => Tensor)[] = [
    add, subtract, multiply, (a) => tanh(a), (a) => sigmoid(a), (a, b) => divide(a, add(multiply(b, b), 1)), (a) => multiply(a, sum(a, [0], true)),
  ];
  for (const { operator, left, right } of choices) values.push(tanh(operators[operator % operators.length]!(values[left % values.length]!, values[right % values.length]!)));
  return values;
}
const choices = fc.array(fc.record({ operator: fc.nat(), left: fc.nat(), right: fc.nat() }), { minLength: 1, maxLength: 12 });
const arrays = new RandomArrays(5);
const random = { x: arrays.normal(3), y: arrays.normal(3) };

describe('any expression', () => {
  it('has the gradient that finite differences give', () => {
    fc.assert(fc.property(choices, (chosen) => {
      const loss = sum(expression(chosen).reduce(add)), step = 1e-5;
      const value = (change: Feeds) => evaluate(new Map([['loss', loss]]), { ...random, ...change }).get('loss')!.data[0]!;
      const exact = gradientsOf(loss, [x, y], random);
      for (const [index, name] of (['x', 'y'] as const).entries()) {
        const differences = Array.from(random[name], (_, place) => {
          const [above, below] = [step, -step].map((change) => value({ [name]: Array.from(random[name], (element, at) => (at === place ? element + change : element)) }));
          return (above! - below!) / (2 * step);
        });
        expect(absoluteDifference(exact[index]!, differences)).toBeLessThan(1e-6);
      }
    }), { numRuns: 60 });
  });

  it('has the same gradient when activations are computed again, whichever are kept', () => {
    fc.assert(fc.property(choices, fc.func(fc.boolean()), (chosen, keeps) => {
      const values = expression(chosen), loss = sum(values.reduce(add));
      const keep = new Set(values.filter((_, index) => keeps(index)));
      expect(gradientsOf(loss, [x, y], random, { keep })).toEqual(gradientsOf(loss, [x, y], random));
    }), { numRuns: 60 });
  });
});

describe('recomputation', () => {
  const key = input('key', [], 'int32'), kept = tanh(multiply(x, 2));
  const loss = sum(multiply(dropout(tanh(multiply(kept, y)), 0.5, key, 0), sigmoid(kept)));
  const applications = (options?: GradientOptions) => applicationsOf([loss, ...gradients(loss, [x, y], options)]);
  const uses = (name: string, options?: GradientOptions) => applications(options).filter(({ operator }) => operator.name === name).length;

  it('computes what is not kept a second time, and what is kept once', () => {
    expect([uses('tanh'), uses('sigmoid')]).toEqual([2, 1]);
    expect([uses('tanh', { keep: new Set([kept]) }), uses('sigmoid', { keep: new Set([kept]) })]).toEqual([3, 2]);
    expect(uses('tanh', { keep: new Set() })).toBe(4);
  });

  it('draws the same dropout mask again', () => {
    const withKey = { ...feeds, key: [12_345] };
    expect(gradientsOf(loss, [x, y], withKey, { keep: new Set([kept]) })).toEqual(gradientsOf(loss, [x, y], withKey));
  });
});

describe('the order of a graph', () => {
  it('has every operator once, after those it depends on', () => {
    fc.assert(fc.property(choices, (chosen) => {
      const values = expression(chosen), order = applicationsOf(values);
      expect(new Set(order).size).toBe(order.length);
      order.forEach((application, place) => {
        for (const { producer } of application.inputs) if (producer.kind === 'application') expect(order.indexOf(producer)).toBeLessThan(place);
      });
    }));
  });

  it('names each input once, in order of first use, also one that is an output', () => {
    expect(inputsOf([add(y, x), multiply(x, scalar(2)), input('z', [])]).map(({ producer }) => producer)).toMatchObject([{ name: 'y' }, { name: 'x' }, { name: 'z' }]);
  });
});
