import { ShapeError, type Dimension, type Shape, type TensorType } from './tensor.ts';

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);

/** The shape of an elementwise operation under NumPy's broadcasting rules. @throws ShapeError */
export function broadcast(operator: string, inputs: readonly TensorType[]): Shape {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  return Array.from({ length: rank }, (_, axis): Dimension => {
    const dimensions = inputs.map(({ shape }) => shape[axis - rank + shape.length] ?? 1).filter((dimension) => dimension !== 1);
    if (dimensions.some((dimension) => dimension !== dimensions[0])) throw new ShapeError(operator, inputs, `axis ${axis} differs`);
    return dimensions[0] ?? 1;
  });
}

/** Axes counted from the end made positive, sorted. */
export const normaliseAxes = (axes: readonly number[], rank: number): number[] => axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);

/** The length of several axes made one: `12`, `batch*length`, `12*batch*length`. */
export function product(dimensions: Shape): Dimension {
  const { factor, names } = factors(dimensions);
  if (!names.length) return factor;
  return [...(factor === 1 ? [] : [factor]), ...names].join('*');
}

/** Whether two shapes hold the same number of elements, whatever their named lengths will be. */
export const sameSize = (a: Shape, b: Shape): boolean => product(a) === product(b);

/** The fixed factor of a product of lengths, and its named lengths in alphabetical order. */
export function factors(dimensions: Shape): { factor: number; names: string[] } {
  const parts = dimensions.flatMap((dimension) => (typeof dimension === 'number' ? [dimension] : dimension.split('*').map((part) => (/^\d+$/.test(part) ? Number(part) : part))));
  const numbers = parts.filter((part) => typeof part === 'number'), names = parts.filter((part) => typeof part === 'string');
  return { factor: numbers.reduce((result, number) => result * number, 1), names: names.sort() };
}
