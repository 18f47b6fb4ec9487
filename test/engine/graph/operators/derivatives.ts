import { gradients } from '../../../../src-main/engine/graph/autodiff.ts';
import { multiply } from '../../../../src-main/engine/graph/operators/elementwise.ts';
import { sum } from '../../../../src-main/engine/graph/operators/reduce.ts';
import { input, type Tensor } from '../../../../src-main/engine/graph/tensor.ts';
import type { TypedArray } from '../../../../src-main/engine/session/native/value.ts';
import { RandomArrays } from '../../../support/random-arrays.ts';
import { sizeOf } from '../../../support/reference-array.ts';
import { boundShape } from '../../../support/reference-evaluator.ts';
import { lengths, type OperatorCase } from './case.ts';

const nameOf = ({ producer }: Tensor): string => (producer.kind === 'input' ? producer.name : '');

export interface DifferentiatedCase {
  /** `output`; where it is of float32 also `loss`, a weighted sum of it, and `gradient a`, `gradient b`, ... */
  readonly outputs: ReadonlyMap<string, Tensor>;
  readonly feeds: Readonly<Record<string, TypedArray>>;
  /** Names of the inputs that have a gradient. */
  readonly variables: readonly string[];
}

export function differentiate({ inputs, output }: OperatorCase): DifferentiatedCase {
  const feeds: Record<string, TypedArray> = Object.fromEntries(inputs.map(({ tensor, data }) => [nameOf(tensor), data]));
  if (output.type !== 'float32') return { outputs: new Map([['output', output]]), feeds, variables: [] };
  const weights = new RandomArrays(77).normal(sizeOf(boundShape(output.shape, lengths)));
  const loss = sum(multiply(output, input('weights', output.shape)));
  const variables = inputs.map(({ tensor }) => tensor).filter(({ type }) => type === 'float32');
  const computed = gradients(loss, variables);
  return {
    outputs: new Map([['output', output], ['loss', loss], ...variables.map((tensor, index) => [`gradient ${nameOf(tensor)}`, computed[index]!] as const)]),
    feeds: { ...feeds, weights },
    variables: variables.map(nameOf),
  };
}
