import type { Emitter } from './emitter.ts';
import type { Dimension, ElementType, Shape, TensorType } from './types.ts';

export type { Dimension, ElementType, Shape, TensorType };

/** Values of a constant in row-major order; `bool` as 0 and 1. */
export type ConstantData = Float32Array | Int32Array | Uint8Array;

interface Input { readonly kind: 'input'; readonly name: string }
interface Constant { readonly kind: 'constant'; readonly data: ConstantData }

/** One use of an operator in a graph. */
export interface Application<Attributes = unknown> {
  readonly kind: 'application';
  readonly operator: Operator<Attributes>;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
}

/** An immutable value of a graph: an input, a constant, or an output of an operator. */
export interface Tensor extends TensorType {
  readonly producer: Input | Constant | Application;
}

/** All that is known about one operation: its shape rule, its derivative and how it is written in ONNX. */
export interface Operator<Attributes> {
  readonly name: string;
  /** Shape rule. @throws ShapeError when the operands do not fit. */
  infer(inputs: readonly TensorType[], attributes: Attributes): readonly TensorType[];
  /**
   * Reverse mode: from the gradient of each output (absent where nothing depends on it) the gradient of each input
   * (absent where it has none, as for ids). An operator without it is a constant for differentiation.
   */
  derivative?(application: Application<Attributes>, gradients: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[];
  /** Emits ONNX nodes; returns the names of the outputs. */
  lower(application: Application<Attributes>, emitter: Emitter<Tensor>): readonly string[];
}

/** Operands whose shapes do not fit: a mistake in a model's definition. */
export class ShapeError extends Error {
  constructor(operator: string, inputs: readonly TensorType[], expectation: string) {
    super(`${operator} of ${inputs.map(describe).join(', ')}: ${expectation}`);
    this.name = 'ShapeError';
  }
}

export const describe = ({ shape, type }: TensorType): string => `${type}[${shape.join(', ')}]`;

/** Number of elements of a shape without named lengths. @throws RangeError otherwise. */
export const elementCount = (shape: Shape): number =>
  shape.reduce<number>((count, dimension) => {
    if (typeof dimension === 'string') throw new RangeError(`[${shape.join(', ')}] has no fixed size`);
    return count * dimension;
  }, 1);

/** A value given from outside at every run: a weight, a batch, a learning rate. */
export const input = (name: string, shape: Shape, type: ElementType = 'float32'): Tensor => ({ shape, type, producer: { kind: 'input', name } });

/** A value that is part of the graph. */
export function constant(data: ConstantData, shape: Shape): Tensor {
  const type = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bool';
  if (elementCount(shape) !== data.length) throw new RangeError(`${data.length} values given for [${shape.join(', ')}]`);
  return { shape, type, producer: { kind: 'constant', data } };
}

/** A single number, shape `[]`. */
export const scalar = (value: number, type: 'float32' | 'int32' = 'float32'): Tensor => constant(type === 'int32' ? Int32Array.of(value) : Float32Array.of(value), []);

/** Applies an operator; returns all its outputs. */
export function applyAll<Attributes>(operator: Operator<Attributes>, inputs: readonly Tensor[], attributes: Attributes): readonly Tensor[] {
  const outputs: Tensor[] = [];
  const application: Application<Attributes> = { kind: 'application', operator, inputs, attributes, outputs };
  for (const type of operator.infer(inputs, attributes)) outputs.push({ ...type, producer: application });
  return outputs;
}

/** Applies an operator that has one output, or whose first alone is wanted. */
export const apply = <Attributes>(operator: Operator<Attributes>, inputs: readonly Tensor[], attributes: Attributes): Tensor =>
  applyAll(operator, inputs, attributes)[0] as Tensor;
