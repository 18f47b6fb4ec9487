export type ElementType = 'float32' | 'float16' | 'int32' | 'bool';

/**
 * A length: fixed, or a name bound when the graph runs (`batch`, `length`).
 * A product is written with `*`, a number first, then names in order: `12*batch*length`.
 */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface TensorType {
  readonly shape: Shape;
  readonly type: ElementType;
}
