import { apply, scalar, ShapeError, type ElementType, type Operator, type Tensor, type TensorType } from '../tensor.ts';
import { broadcast } from '../shape.ts';
import { sumTo } from './broadcast.ts';

type None = Record<never, never>;
const none: None = {};

function oneType(operator: string, inputs: readonly TensorType[]): ElementType {
  const [first, ...others] = inputs.map(({ type }) => type);
  if (others.some((type) => type !== first)) throw new ShapeError(operator, inputs, 'element types differ');
  return first as ElementType;
}

/** An operation on two tensors, element by element, with broadcasting. */
function binary(name: string, onnx: string, derivative?: (a: Tensor, b: Tensor, gradient: Tensor) => readonly [Tensor, Tensor], result?: ElementType) {
  const operator: Operator<None> = {
    name,
    infer: (inputs) => {
      const type = oneType(name, inputs);
      return [{ shape: broadcast(name, inputs), type: result ?? type }];
    },
    lower: ({ inputs }, emitter) => [emitter.node(onnx, inputs.map((tensor) => emitter.name(tensor)))],
    ...(derivative && {
      derivative: ({ inputs }, [gradient]) => {
        const [a, b] = inputs as [Tensor, Tensor];
        const [toA, toB] = derivative(a, b, gradient as Tensor);
        return [sumTo(toA, a.shape), sumTo(toB, b.shape)];
      },
    }),
  };
  return (a: Tensor, b: Tensor | number): Tensor => apply(operator, [a, typeof b === 'number' ? scalar(b, a.type as 'float32') : b], none);
}

/** An operation on each element; the derivative may use the result. */
function unary(name: string, onnx: string, derivative?: (x: Tensor, gradient: Tensor, result: Tensor) => Tensor) {
  const operator: Operator<None> = {
    name,
    infer: ([x]) => [{ shape: (x as Tensor).shape, type: (x as Tensor).type }],
    lower: ({ inputs }, emitter) => [emitter.node(onnx, inputs.map((tensor) => emitter.name(tensor)))],
    ...(derivative && { derivative: ({ inputs, outputs }, [gradient]) => [derivative(inputs[0] as Tensor, gradient as Tensor, outputs[0] as Tensor)] }),
  };
  return (x: Tensor): Tensor => apply(operator, [x], none);
}

export const add = binary('add', 'Add', (_a, _b, gradient) => [gradient, gradient]);
export const subtract = binary('subtract', 'Sub', (_a, _b, gradient) => [gradient, negate(gradient)]);
export const multiply = binary('multiply', 'Mul', (a, b, gradient) => [multiply(gradient, b), multiply(gradient, a)]);
export const divide = binary('divide', 'Div', (a, b, gradient) => {
  const toA = divide(gradient, b);
  return [toA, negate(multiply(toA, divide(a, b)))];
});
export const equal = binary('equal', 'Equal', undefined, 'bool');
export const greater = binary('greater', 'Greater', undefined, 'bool');
export const less = binary('less', 'Less', undefined, 'bool');
/** The larger of two; the gradient goes to the larger, to `b` where both are equal. */
export const maximum = binary('maximum', 'Max', (a, b, gradient) => choose(greater(a, b), gradient));
/** The smaller of two; the gradient goes to the smaller, to `b` where both are equal. */
export const minimum = binary('minimum', 'Min', (a, b, gradient) => choose(less(a, b), gradient));

const choose = (first: Tensor, gradient: Tensor): [Tensor, Tensor] => [where(first, gradient, scalar(0)), where(first, scalar(0), gradient)];

export const negate = unary('negate', 'Neg', (_x, gradient) => negate(gradient));
export const exp = unary('exp', 'Exp', (_x, gradient, result) => multiply(gradient, result));
export const log = unary('log', 'Log', (x, gradient) => divide(gradient, x));
export const sqrt = unary('sqrt', 'Sqrt', (_x, gradient, result) => divide(multiply(gradient, 0.5), result));
export const tanh = unary('tanh', 'Tanh', (_x, gradient, result) => multiply(gradient, subtract(scalar(1), multiply(result, result))));
export const sigmoid = unary('sigmoid', 'Sigmoid', (_x, gradient, result) => multiply(gradient, multiply(result, subtract(scalar(1), result))));
export const absolute = unary('absolute', 'Abs', (x, gradient) => where(less(x, 0), negate(gradient), gradient));
/** Zero where negative; its gradient at zero is zero, as in PyTorch. */
export const relu = unary('relu', 'Relu', (x, gradient) => where(greater(x, 0), gradient, scalar(0)));
/** Gauss's error function. d/dx erf(x) = 2/sqrt(pi) exp(-x^2). */
export const erf = unary('erf', 'Erf', (x, gradient) => multiply(gradient, multiply(exp(negate(multiply(x, x))), 2 / Math.sqrt(Math.PI))));

const whereOperator: Operator<None> = {
  name: 'where',
  infer: (inputs) => [{ shape: broadcast('where', inputs), type: oneType('where', inputs.slice(1)) }],
  derivative: ({ inputs }, [gradient]) => {
    const [condition, a, b] = inputs as [Tensor, Tensor, Tensor];
    const [toA, toB] = choose(condition, gradient as Tensor);
    return [undefined, sumTo(toA, a.shape), sumTo(toB, b.shape)];
  },
  lower: ({ inputs }, emitter) => [emitter.node('Where', inputs.map((tensor) => emitter.name(tensor)))],
};
/** `a` where `condition` holds, `b` elsewhere; all three are broadcast. */
export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor => apply(whereOperator, [condition, a, b], none);

const castNumbers: Record<ElementType, number> = { float32: 1, int32: 6, bool: 9, float16: 10 };
const castOperator: Operator<{ to: ElementType }> = {
  name: 'cast',
  infer: ([x], { to }) => [{ shape: (x as Tensor).shape, type: to }],
  derivative: ({ inputs: [x] }, [gradient]) => {
    const from = (x as Tensor).type;
    return [from.startsWith('float') ? cast(gradient as Tensor, from) : undefined];
  },
  lower: ({ inputs, attributes }, emitter) => [emitter.node('Cast', [emitter.name(inputs[0] as Tensor)], { to: castNumbers[attributes.to] })],
};
export const cast = (x: Tensor, to: ElementType): Tensor => (x.type === to ? x : apply(castOperator, [x], { to }));

const stopOperator: Operator<None> = {
  name: 'stopGradient',
  infer: ([x]) => [x as Tensor].map(({ shape, type }) => ({ shape, type })),
  lower: ({ inputs }, emitter) => [emitter.name(inputs[0] as Tensor)],
};
/** The same value, taken as a constant by differentiation. */
export const stopGradient = (x: Tensor): Tensor => apply(stopOperator, [x], none);
