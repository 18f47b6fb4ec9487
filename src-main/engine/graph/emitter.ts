import type { ElementType, Shape, TensorType } from './types.ts';

/**
 * Where a lowered graph will run. `cpu` and `webgpu` may use what ONNX Runtime is fast at there;
 * `portable` keeps to ONNX's own operators and is what models are exported in.
 */
export type Target = 'cpu' | 'webgpu' | 'portable';

export type EmittedAttribute = number | string | readonly number[] | { readonly float: number };

/** What an operator's lowering writes to. Names are those of ONNX values. */
export interface Emitter<Tensor extends TensorType> {
  readonly target: Target;
  name(tensor: Tensor): string;
  /** Adds a node and returns the name of its first output. */
  node(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, EmittedAttribute>>, domain?: string): string;
  /** Adds a node with several outputs. */
  nodes(op: string, inputs: readonly string[], outputs: number, attributes?: Readonly<Record<string, EmittedAttribute>>, domain?: string): readonly string[];
  /** A constant vector of int64, as ONNX wants axes and shapes. */
  vector(values: readonly number[]): string;
  scalar(value: number, type: ElementType): string;
  /** A shape as an int64 vector; named lengths are read from the graph's inputs at run time. */
  sizes(shape: Shape): string;
  /** The same for Reshape, which can work out one length itself. */
  reshapeTarget(shape: Shape): string;
  /**
   * Runs a graph once for each row of `sequences`, in order. `body` sees one row through `rows` and everything emitted before;
   * its outputs are stacked again. Returns their names.
   */
  scan(sequences: readonly Tensor[], rows: readonly Tensor[], body: readonly Tensor[]): readonly string[];
}

/** The runtime's own operator set. */
export const microsoft = 'com.microsoft';
