import { microsoft } from '../emitter.ts';
import { apply, ShapeError, type Dimension, type Operator, type Tensor } from '../tensor.ts';
import { sameShape } from '../shape.ts';
import { sum } from './reduce.ts';

interface Transposed { readonly transposeA: boolean; readonly transposeB: boolean }

const outer = (x: Tensor, transposed: boolean): [Dimension, Dimension] => {
  const [rows, columns] = x.shape.slice(-2) as [Dimension, Dimension];
  return transposed ? [columns, rows] : [rows, columns];
};

function productShape(operator: string, inputs: readonly Tensor[], { transposeA, transposeB }: Transposed): Dimension[] {
  const [a, b] = inputs as [Tensor, Tensor];
  const [rows, inner] = outer(a, transposeA), [innerB, columns] = outer(b, transposeB);
  if (inner !== innerB) throw new ShapeError(operator, inputs, `inner lengths ${inner} and ${innerB} differ`);
  return [...a.shape.slice(0, -2), rows, columns];
}

/** Exchanges the last two axes where asked. */
const transposed = (rank: number) => [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2];

const linearOperator: Operator<Transposed> = {
  name: 'linear',
  infer: (inputs, attributes) => {
    const shape = productShape('linear', inputs as Tensor[], attributes);
    const bias = inputs[2];
    if (shape.length !== 2 || (bias && !sameShape(bias.shape, [shape[1] as Dimension]))) throw new ShapeError('linear', inputs, 'takes two matrices and a bias per column');
    return [{ shape, type: (inputs[0] as Tensor).type }];
  },
  derivative: ({ inputs, attributes: { transposeA, transposeB } }, [gradient]) => {
    const [a, b, bias] = inputs as [Tensor, Tensor, Tensor?], g = gradient as Tensor;
    return [
      transposeA ? matrixProduct(b, g, transposeB, true) : matrixProduct(g, b, false, !transposeB),
      transposeB ? matrixProduct(g, a, true, transposeA) : matrixProduct(a, g, !transposeA, false),
      ...(bias ? [sum(g, [0])] : []),
    ];
  },
  lower: ({ inputs, attributes: { transposeA, transposeB } }, emitter) => {
    const names = inputs.map((x) => emitter.name(x));
    if (emitter.target === 'webgpu' && transposeA) {
      // A transposed first operand picks the provider's slow 8x8 kernel.
      names[0] = emitter.node('Transpose', [names[0] as string], { perm: [1, 0] });
      return [emitter.node('Gemm', names, { transB: transposeB ? 1 : 0 })];
    }
    return [emitter.node('Gemm', names, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 })];
  },
};

const matrixProduct = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor => apply(linearOperator, [a, b], { transposeA, transposeB });

/** A dense layer as PyTorch stores it: `x [rows, in]`, `weight [out, in]`, `bias [out]` -> `x weight^T + bias [rows, out]`. */
export const linear = (x: Tensor, weight: Tensor, bias?: Tensor): Tensor => apply(linearOperator, bias ? [x, weight, bias] : [x, weight], { transposeA: false, transposeB: true });

interface BatchedProduct extends Transposed { readonly scale: number }

const matmulOperator: Operator<BatchedProduct> = {
  name: 'matmul',
  infer: (inputs, attributes) => {
    const [a, b] = inputs as [Tensor, Tensor];
    if (!sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2))) throw new ShapeError('matmul', inputs, 'leading axes differ');
    return [{ shape: productShape('matmul', inputs as Tensor[], attributes), type: a.type }];
  },
  derivative: ({ inputs, attributes: { transposeA, transposeB, scale } }, [gradient]) => {
    const [a, b] = inputs as [Tensor, Tensor], g = gradient as Tensor;
    return [
      transposeA ? matmul(b, g, { transposeA: transposeB, transposeB: true, scale }) : matmul(g, b, { transposeB: !transposeB, scale }),
      transposeB ? matmul(g, a, { transposeA: true, transposeB: transposeA, scale }) : matmul(a, g, { transposeA: !transposeA, scale }),
    ];
  },
  lower: ({ inputs, attributes: { transposeA, transposeB, scale } }, emitter) => {
    const names = inputs.map((x) => emitter.name(x)) as [string, string];
    if (emitter.target === 'cpu') return [emitter.node('FusedMatMul', names, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: scale } }, microsoft)];
    const perm = transposed((inputs[0] as Tensor).shape.length);
    const [a, b] = names.map((name, operand) => ((operand ? transposeB : transposeA) ? emitter.node('Transpose', [name], { perm }) : name)) as [string, string];
    const product = emitter.node('MatMul', [a, b]);
    return [scale === 1 ? product : emitter.node('Mul', [product, emitter.scalar(scale, (inputs[0] as Tensor).type)])];
  },
};

/** `scale` times the products of the last two axes, for equal leading axes: `[..., n, k] x [..., k, m]` -> `[..., n, m]`. */
export const matmul = (a: Tensor, b: Tensor, { transposeA = false, transposeB = false, scale = 1 }: Partial<BatchedProduct> = {}): Tensor =>
  apply(matmulOperator, [a, b], { transposeA, transposeB, scale });
