import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../support/reference-evaluator.ts';
import { expectClose } from '../../../support/closeness.ts';
import { lengths } from './case.ts';
import { namedCases } from './cases.ts';
import { differentiate, type DifferentiatedCase } from './derivatives.ts';

const step = 1e-5;
// Factors of the derivatives are float32 constants of the graph: 2 / sqrt(pi) for one.
const tolerance = 2e-7;

/** Central differences of the loss, in double precision. */
function finiteDifferences({ outputs, feeds }: DifferentiatedCase, variable: string): number[] {
  const loss = new Map([['loss', outputs.get('loss')!]]);
  const lossWith = (place: number, change: number) => {
    const changed = Float64Array.from(feeds[variable]! as Float32Array);
    changed[place]! += change;
    return evaluate(loss, { ...(feeds as Record<string, Float32Array>), [variable]: changed }, lengths).get('loss')!.data[0]!;
  };
  return Array.from(feeds[variable]! as Float32Array, (_, place) => (lossWith(place, step) - lossWith(place, -step)) / (2 * step));
}

describe('the derivative', () => {
  const differentiable = namedCases.filter(([, operatorCase]) => !operatorCase.constant && differentiate(operatorCase).variables.length);
  it.each(differentiable)('%s is what finite differences give', (_name, operatorCase) => {
    const differentiated = differentiate(operatorCase);
    const exact = evaluate(differentiated.outputs, differentiated.feeds as Record<string, Float32Array>, lengths);
    for (const variable of differentiated.variables) {
      expectClose(exact.get(`gradient ${variable}`)!.data, finiteDifferences(differentiated, variable), tolerance, `gradient of ${variable}`);
    }
  });

  it.each(namedCases.filter(([, { constant }]) => constant))('%s is zero, because its result is taken as a constant', (_name, operatorCase) => {
    const { outputs, feeds, variables } = differentiate(operatorCase);
    const results = evaluate(outputs, feeds as Record<string, Float32Array>, lengths);
    for (const variable of variables) expect(results.get(`gradient ${variable}`)!.data.every((value) => value === 0)).toBe(true);
  });
});
