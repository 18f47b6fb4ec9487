import { microsoft } from '../emitter.ts';
import { apply, type Operator, type Tensor } from '../tensor.ts';
import { add, erf, exp, multiply, relu, sigmoid, tanh } from './elementwise.ts';

type None = Record<never, never>;

const geluOperator: Operator<None> = {
  name: 'gelu',
  infer: ([x]) => [{ shape: (x as Tensor).shape, type: (x as Tensor).type }],
  derivative: ({ inputs: [input] }, [gradient]) => {
    const x = input as Tensor;
    const distribution = add(multiply(erf(multiply(x, Math.SQRT1_2)), 0.5), 0.5);
    const density = multiply(exp(multiply(multiply(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [multiply(gradient as Tensor, add(distribution, multiply(x, density)))];
  },
  lower: ({ inputs: [x] }, emitter) => {
    const name = emitter.name(x as Tensor), type = (x as Tensor).type;
    if (emitter.target !== 'portable') return [emitter.node('Gelu', [name], {}, microsoft)];
    const error = emitter.node('Erf', [emitter.node('Mul', [name, emitter.scalar(Math.SQRT1_2, type)])]);
    const twice = emitter.node('Mul', [name, emitter.node('Add', [error, emitter.scalar(1, type)])]);
    return [emitter.node('Mul', [twice, emitter.scalar(0.5, type)])];
  },
};
/** x times the normal distribution function of x (Hendrycks and Gimpel 2016), exact. */
export const gelu = (x: Tensor): Tensor => apply(geluOperator, [x], {});

/** GELU by its tanh approximation, `gelu_new` in Hugging Face's configurations. */
export function geluTanh(x: Tensor): Tensor {
  const cube = multiply(multiply(x, x), x);
  const inner = multiply(add(x, multiply(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return multiply(multiply(x, 0.5), add(tanh(inner), 1));
}

/** Activations by their names in Hugging Face's `hidden_act`. */
export const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gelu, gelu_new: geluTanh, gelu_pytorch_tanh: geluTanh, relu, tanh, silu: (x) => multiply(x, sigmoid(x)), swish: (x) => multiply(x, sigmoid(x)),
};

