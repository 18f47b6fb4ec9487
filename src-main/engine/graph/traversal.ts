import type { Application, Tensor } from './tensor.ts';

/** Every use of an operator that `outputs` depend on, each after those it depends on itself. */
export function applicationsOf(outputs: readonly Tensor[]): Application[] {
  const order: Application[] = [];
  const seen = new Set<Application>();
  // An explicit stack: a deep model's chain of operators would overflow the language's own.
  const stack: { application: Application; next: number }[] = [];
  const visit = ({ producer }: Tensor) => {
    if (producer.kind !== 'application' || seen.has(producer)) return;
    seen.add(producer);
    stack.push({ application: producer, next: 0 });
  };
  for (const output of outputs) {
    visit(output);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const tensor = top.application.inputs[top.next++];
      if (tensor) visit(tensor);
      else order.push((stack.pop() as typeof top).application);
    }
  }
  return order;
}

/** The named inputs that `outputs` depend on, in order of first use. */
export function inputsOf(outputs: readonly Tensor[]): Tensor[] {
  const tensors = [...applicationsOf(outputs).flatMap(({ inputs }) => inputs), ...outputs];
  return [...new Set(tensors.filter(({ producer }) => producer.kind === 'input'))];
}
