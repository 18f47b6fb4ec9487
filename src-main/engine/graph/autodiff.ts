import { scalar, type Application, type Tensor } from './tensor.ts';
import { add } from './operators/elementwise.ts';
import { expand } from './operators/broadcast.ts';
import { applicationsOf } from './traversal.ts';
import { recomputing } from './recompute.ts';

export interface GradientOptions {
  /**
   * Forward tensors kept for the backward pass. When given, everything else the backward pass needs is computed
   * again from these (Chen et al. 2016): less memory, about a third more time.
   */
  readonly keep?: ReadonlySet<Tensor>;
}

/**
 * Reverse-mode differentiation: the gradient of `loss` (one element) with respect to each of `parameters`, in their order and shapes.
 * A parameter the loss does not depend on gets zeros.
 */
export function gradients(loss: Tensor, parameters: readonly Tensor[], options: GradientOptions = {}): Tensor[] {
  const forward = applicationsOf([loss]);
  const needed = dependents(forward, new Set(parameters));
  const accumulated = new Map<Tensor, Tensor>([[loss, expand(scalar(1), loss.shape)]]);
  const recompute = options.keep ? recomputing(forward, options.keep) : undefined;

  for (const application of forward.toReversed()) {
    const { operator, inputs, outputs } = application;
    const incoming = outputs.map((output) => accumulated.get(output));
    if (!operator.derivative || incoming.every((gradient) => !gradient)) continue;
    const outgoing = operator.derivative(recompute ? recompute(application) : application, incoming);
    inputs.forEach((tensor, index) => {
      const gradient = outgoing[index];
      if (!gradient || !needed.has(tensor)) return;
      const before = accumulated.get(tensor);
      accumulated.set(tensor, before ? add(before, gradient) : gradient);
    });
  }
  return parameters.map((parameter) => accumulated.get(parameter) ?? expand(scalar(0), parameter.shape));
}

/** The tensors through which the loss depends on the parameters. */
function dependents(forward: readonly Application[], parameters: ReadonlySet<Tensor>): Set<Tensor> {
  const needed = new Set(parameters);
  for (const { inputs, outputs } of forward) if (inputs.some((tensor) => needed.has(tensor))) outputs.forEach((output) => needed.add(output));
  return needed;
}
