import { add, multiply } from '../../../../../src-main/engine/graph/operators/elementwise.ts';
import { tiled } from '../../../../../src-main/engine/graph/operators/tiled.ts';
import { sumOfSquares } from '../../../../../src-main/engine/graph/operators/reduce.ts';
import type { Tensor } from '../../../../../src-main/engine/graph/tensor.ts';
import { normal, useOf, type OperatorCase } from '../case.ts';

// State kept by the CPU is what it is for: a GPU has neither its caches nor an operator that loops.
const traits = { constant: true, cpuOnly: true };

export const tiledCases: readonly OperatorCase[] = [
  useOf('tiled', 'two sequences and a number they share', [normal(4, 3), normal(4, 3), normal()], (a, b, shared) => {
    const scale = multiply(shared, 2);
    return tiled([a, b], [scale], ([x, y]) => [add(multiply(x as Tensor, scale), y as Tensor)])[0] as Tensor;
  }, traits),
  useOf('tiled', 'two results', [normal(2, 5)], (a) => {
    const [doubled, squared] = tiled([a], [], ([x]) => [multiply(x as Tensor, 2), multiply(x as Tensor, x as Tensor)]);
    return add(doubled as Tensor, squared as Tensor);
  }, traits),
  useOf('tiled', 'a number made from a whole sequence', [normal(3, 4)], (a) => {
    const norm = sumOfSquares(a);
    return tiled([a], [norm], ([x]) => [multiply(x as Tensor, norm)])[0] as Tensor;
  }, traits),
];
