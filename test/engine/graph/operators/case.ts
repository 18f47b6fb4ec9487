import { input, type ElementType, type Shape, type Tensor } from '../../../../src-main/engine/graph/tensor.ts';
import { boundShape } from '../../../support/reference-evaluator.ts';
import { sizeOf } from '../../../support/reference-array.ts';
import { RandomArrays } from '../../../support/random-arrays.ts';

/** What the named lengths are in every case. */
export const lengths = { batch: 2, length: 3 } as const;

export interface CaseInput {
  readonly tensor: Tensor;
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** One use of an operator, small enough to be differentiated numerically. */
export interface OperatorCase {
  /** The exported function it is about. */
  readonly of: string;
  readonly about: string;
  readonly inputs: readonly CaseInput[];
  readonly output: Tensor;
  /** Differentiation takes the result as a constant, whatever it depends on. */
  readonly constant: boolean;
  /** The WebGPU provider has no kernel for it, and no training graph uses it there. */
  readonly cpuOnly: boolean;
  /** Passes through float16, which the software GPU does not have. */
  readonly half: boolean;
}

type Draw = (random: RandomArrays, size: number) => CaseInput['data'];

/** An input of a case before it has a name. */
export interface Operand {
  readonly shape: Shape;
  readonly type: ElementType;
  readonly draw: Draw;
}

const operand = (type: ElementType, draw: Draw) => (...shape: Shape): Operand => ({ shape, type, draw });
export const normal = operand('float32', (random, size) => random.normal(size));
/** Between 0.5 and 2: neither near zero nor far from it. */
export const positive = operand('float32', (random, size) => random.between(0.5, 2, size));
/** See `RandomArrays.distinct`. */
export const distinct = operand('float32', (random, size) => random.distinct(size));
export const anyInt32 = operand('int32', (random, size) => random.int32(size));
export const whole = (limit: number, ...shape: Shape): Operand => ({ shape, type: 'int32', draw: (random, size) => random.whole(limit, size) });
export const bools = operand('bool', (random, size) => Uint8Array.from(random.whole(2, size)));
export const given = (data: CaseInput['data'], ...shape: Shape): Operand => ({ shape, type: data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bool', draw: () => data });

const letters = 'abcdefgh';
let seed = 1;

/** A case over operands that become the graph inputs a, b, c, ... */
export function useOf(of: string, about: string, operands: readonly Operand[], compute: (...inputs: Tensor[]) => Tensor, { constant = false, cpuOnly = false, half = false } = {}): OperatorCase {
  const random = new RandomArrays(seed++);
  const inputs = operands.map(({ shape, type, draw }, place) => ({ tensor: input(letters[place]!, shape, type), data: draw(random, sizeOf(boundShape(shape, lengths))) }));
  return { of, about, inputs, output: compute(...inputs.map(({ tensor }) => tensor)), constant, cpuOnly, half };
}
