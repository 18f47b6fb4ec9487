import { factors } from '../../src-main/engine/graph/shape.ts';
import { applicationsOf } from '../../src-main/engine/graph/traversal.ts';
import type { Application, Dimension, Shape, Tensor } from '../../src-main/engine/graph/tensor.ts';
import { sizeOf, type NumericArray } from './reference-array.ts';
import { rules, type Attributes } from './reference-operators.ts';

/** Values of the named lengths. */
export type Lengths = Readonly<Record<string, number>>;

/** The length a dimension stands for: `12*batch*length` with batch 2 and length 5 is 120. */
export function boundLength(dimension: Dimension, lengths: Lengths): number {
  const { factor, names } = factors([dimension]);
  return names.reduce((product, name) => {
    if (lengths[name] === undefined) throw new Error(`the length ${name} is not given`);
    return product * lengths[name];
  }, factor);
}
export const boundShape = (shape: Shape, lengths: Lengths): number[] => shape.map((dimension) => boundLength(dimension, lengths));

/**
 * Computes a graph in double precision: slow and obvious, what every lowering is compared with.
 * @param feeds the graph's inputs by name.
 */
export function evaluate(outputs: ReadonlyMap<string, Tensor>, feeds: Readonly<Record<string, ArrayLike<number>>>, lengths: Lengths = {}): Map<string, NumericArray> {
  const evaluation = new Evaluation(feeds, lengths);
  evaluation.compute([...outputs.values()]);
  return new Map([...outputs].map(([name, tensor]) => [name, evaluation.value(tensor)]));
}

class Evaluation {
  private readonly known: Map<Tensor, NumericArray>;
  private readonly feeds: Readonly<Record<string, ArrayLike<number>>>;
  private readonly lengths: Lengths;

  constructor(feeds: Readonly<Record<string, ArrayLike<number>>>, lengths: Lengths, known: Iterable<readonly [Tensor, NumericArray]> = []) {
    this.feeds = feeds;
    this.lengths = lengths;
    this.known = new Map(known);
  }

  compute(outputs: readonly Tensor[]): void {
    for (const application of applicationsOf(outputs)) {
      if (application.outputs.every((output) => this.known.has(output))) continue;
      const results = this.apply(application);
      application.outputs.forEach((output, index) => this.known.set(output, this.checked(output, results[index]!)));
    }
  }

  value(tensor: Tensor): NumericArray {
    const known = this.known.get(tensor);
    if (known) return known;
    const { producer } = tensor;
    const data = producer.kind === 'constant' ? producer.data : producer.kind === 'input' ? this.feeds[producer.name] : undefined;
    if (!data) throw new Error(producer.kind === 'input' ? `no value for the graph's input ${producer.name}` : 'a tensor was used before it was computed');
    const value = this.checked(tensor, { shape: boundShape(tensor.shape, this.lengths), data: Float64Array.from(data) });
    this.known.set(tensor, value);
    return value;
  }

  private apply({ operator: { name }, inputs, attributes, outputs }: Application): readonly NumericArray[] {
    if (name === 'tiled') return this.applyTiled(inputs, attributes as Tiling);
    const rule = rules[name];
    if (!rule) throw new Error(`the reference evaluator does not know the operator ${name}`);
    const results = rule(inputs.map((tensor) => this.value(tensor)), { attributes: this.bind(attributes as object), type: outputs[0]!.type });
    return Array.isArray(results) ? (results as NumericArray[]) : [results as NumericArray];
  }

  /** `body`, once for each row of the sequences. */
  private applyTiled(inputs: readonly Tensor[], { sequences, rows, body }: Tiling): NumericArray[] {
    const wholes = inputs.slice(0, sequences).map((tensor) => this.value(tensor));
    const results = Array.from({ length: wholes[0]!.shape[0]! }, (_, index) => {
      const row = ({ shape: [count, ...shape], data }: NumericArray): NumericArray => ({ shape, data: data.slice((index * data.length) / count!, ((index + 1) * data.length) / count!) });
      const inner = new Evaluation(this.feeds, this.lengths, [...this.known, ...rows.map((tensor, place) => [tensor, row(wholes[place]!)] as const)]);
      inner.compute(body);
      return body.map((tensor) => inner.value(tensor));
    });
    return body.map((_, output) => ({ shape: [results.length, ...results[0]![output]!.shape], data: Float64Array.from(results.flatMap((row) => [...row[output]!.data])) }));
  }

  private bind(attributes: object): Attributes {
    const { shape, length } = attributes as { shape?: Shape; length?: Dimension };
    return { ...(attributes as Attributes), ...(shape && { shape: boundShape(shape, this.lengths) }), ...(length !== undefined && { length: boundLength(length, this.lengths) }) };
  }

  /** The shape rule promises a shape before anything is computed; here it is held to it. */
  private checked(tensor: Tensor, value: NumericArray): NumericArray {
    const promised = boundShape(tensor.shape, this.lengths).join(', '), found = value.shape.join(', ');
    if (promised !== found || sizeOf(value.shape) !== value.data.length) throw new Error(`[${found}] with ${value.data.length} elements was computed where the graph promises [${promised}]`);
    return value;
  }
}

interface Tiling { readonly sequences: number; readonly rows: readonly Tensor[]; readonly body: readonly Tensor[] }
