import { type Application, type Tensor } from './tensor.ts';

/**
 * Gives, for an application of the forward pass, a copy whose inputs and outputs are computed anew from the tensors in `keep`.
 * Copies are shared, so that each is computed once more at most. The runtime must not merge them with the originals
 * (its CommonSubexpressionElimination is switched off for such graphs).
 */
export function recomputing(forward: readonly Application[], keep: ReadonlySet<Tensor>): (application: Application) => Application {
  const copies = new Map<Application, Application>();
  const again = (tensor: Tensor): Tensor => {
    if (keep.has(tensor) || tensor.producer.kind !== 'application') return tensor;
    const copy = copies.get(tensor.producer) as Application;
    return copy.outputs[tensor.producer.outputs.indexOf(tensor)] as Tensor;
  };
  for (const application of forward) {
    const outputs: Tensor[] = [];
    const copy: Application = { ...application, inputs: application.inputs.map(again), outputs };
    for (const { shape, type } of application.outputs) outputs.push({ shape, type, producer: copy });
    copies.set(application, copy);
  }
  return (application) => {
    const copy = copies.get(application) as Application;
    return { ...copy, outputs: application.outputs.map((output) => again(output)) };
  };
}
