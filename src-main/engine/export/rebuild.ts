import { applyAll, type Application, type Tensor } from '../graph/tensor.ts';
import { applicationsOf } from '../graph/traversal.ts';

/** How `rebuild` changes a graph. What a function leaves undefined stays as it is. */
export interface Changes {
  /** Replaces an input or a constant. */
  readonly leaf?: (tensor: Tensor) => Tensor | undefined;
  /** Replaces one use of an operator; its inputs are rebuilt already. Returns all its outputs. */
  readonly application?: (application: Application, inputs: readonly Tensor[]) => readonly Tensor[] | undefined;
}

/** The same graph with changes. Shapes and types are inferred anew. */
export function rebuild(outputs: ReadonlyMap<string, Tensor>, changes: Changes): Map<string, Tensor> {
  const rebuilt = new Map<Tensor, Tensor>();
  const leafOf = (tensor: Tensor): Tensor => {
    const leaf = changes.leaf?.(tensor) ?? tensor;
    rebuilt.set(tensor, leaf);
    return leaf;
  };
  const now = (tensor: Tensor): Tensor => rebuilt.get(tensor) ?? leafOf(tensor);
  for (const application of applicationsOf([...outputs.values()])) {
    const inputs = application.inputs.map(now);
    const results = changes.application?.(application, inputs) ?? applyAll(application.operator, inputs, application.attributes);
    application.outputs.forEach((output, index) => rebuilt.set(output, results[index] as Tensor));
  }
  return new Map([...outputs].map(([name, tensor]) => [name, now(tensor)]));
}
