import type { EmittedAttribute, Emitter, Target } from '../graph/emitter.ts';
import { factors } from '../graph/shape.ts';
import type { Application, ConstantData, Dimension, ElementType, Shape, Tensor } from '../graph/tensor.ts';
import { applicationsOf, inputsOf } from '../graph/traversal.ts';
import { float32ToFloat16 } from '../weights/half.ts';
import { encodeModel, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxType, type OnnxValueInfo } from './onnx.ts';

export interface Lowered {
  readonly graph: OnnxGraph;
  /** The graph's inputs in the order of `graph.inputs`. */
  readonly inputs: readonly Tensor[];
}

/** Writes a graph in ONNX operators. `outputs` and the graph's inputs keep their names. */
export function lower(outputs: ReadonlyMap<string, Tensor>, target: Target): Lowered {
  const inputs = inputsOf([...outputs.values()]);
  const writer = new Writer(target, inputs);
  for (const application of applicationsOf([...outputs.values()])) {
    writer.bind(application.outputs, application.operator.lower(application, writer));
  }
  // Identity gives an output its name; the runtime removes it.
  for (const [name, tensor] of outputs) writer.add({ op: 'Identity', inputs: [writer.name(tensor)], outputs: [name] });
  const info = (name: string, { shape, type }: Tensor): OnnxValueInfo => ({ name, shape, type });
  return {
    inputs,
    graph: {
      nodes: writer.written,
      initializers: writer.initializers,
      inputs: inputs.map((tensor) => info(writer.name(tensor), tensor)),
      outputs: [...outputs].map(([name, tensor]) => info(name, tensor)),
    },
  };
}

/** `lower`, encoded as the bytes of an ONNX file. */
export const lowerToModel = (outputs: ReadonlyMap<string, Tensor>, target: Target): Uint8Array => encodeModel(lower(outputs, target).graph);

class Writer implements Emitter<Tensor> {
  readonly target: Target;
  readonly written: OnnxNode[] = [];
  readonly initializers: OnnxTensor[];
  private readonly names: Map<Tensor, string>;
  private readonly shared: Map<string, string>;
  private readonly inputs: readonly Tensor[];
  private readonly numbering: { next: number };

  /** @param outer the writer of the graph around this one, whose values it may use. */
  constructor(target: Target, inputs: readonly Tensor[], outer?: Writer) {
    this.target = target;
    this.inputs = inputs;
    this.names = new Map(outer?.names);
    this.shared = new Map(outer?.shared);
    this.initializers = outer?.initializers ?? [];
    this.numbering = outer?.numbering ?? { next: 0 };
    if (outer) return;
    for (const tensor of inputs) if (tensor.producer.kind === 'input') this.names.set(tensor, tensor.producer.name);
  }

  bind(tensors: readonly Tensor[], names: readonly string[]): void {
    tensors.forEach((tensor, index) => this.names.set(tensor, names[index] as string));
  }

  add(node: OnnxNode): void {
    this.written.push(node);
  }

  name(tensor: Tensor): string {
    const known = this.names.get(tensor);
    if (known !== undefined) return known;
    const { producer, type, shape } = tensor;
    if (producer.kind !== 'constant') throw new Error('a tensor was used before it was computed');
    const name = producer.data.length === 1 ? this.number(producer.data[0] as number, type, shape as number[]) : this.initializer(producer.data, type, shape as number[]);
    this.names.set(tensor, name);
    return name;
  }

  node(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, EmittedAttribute>>, domain?: string): string {
    return this.nodes(op, inputs, 1, attributes, domain)[0] as string;
  }

  nodes(op: string, inputs: readonly string[], outputs: number, attributes: Readonly<Record<string, EmittedAttribute>> = {}, domain = ''): readonly string[] {
    const names = Array.from({ length: outputs }, () => this.fresh(op));
    this.add({ op, inputs, outputs: names, attributes, domain });
    return names;
  }

  vector(values: readonly number[]): string {
    return this.once(`int64 ${values.join()}`, () => this.raw('int64', [values.length], bytesOf(BigInt64Array.from(values, BigInt))));
  }

  scalar(value: number, type: ElementType): string {
    return this.number(value, type, []);
  }

  sizes(shape: Shape): string {
    if (shape.every((dimension) => typeof dimension === 'number')) return this.vector(shape);
    return this.once(`sizes ${shape.join()}`, () => {
      const parts = shape.map((dimension) => this.size(dimension));
      return parts.length === 1 ? (parts[0] as string) : this.node('Concat', parts, { axis: 0 });
    });
  }

  reshapeTarget(shape: Shape): string {
    const named = shape.filter((dimension) => typeof dimension === 'string');
    return named.length > 1 ? this.sizes(shape) : this.vector(shape.map((dimension) => (typeof dimension === 'number' ? dimension : -1)));
  }

  scan(sequences: readonly Tensor[], rows: readonly Tensor[], body: readonly Tensor[]): readonly string[] {
    const inner = new Writer(this.target, this.inputs, this);
    const inputs = rows.map((row): OnnxValueInfo => {
      const name = this.fresh('row');
      inner.bind([row], [name]);
      return { name, shape: row.shape, type: row.type };
    });
    for (const application of applicationsOf(body)) if (!inner.knows(application)) inner.bind(application.outputs, application.operator.lower(application, inner));
    const outputs = body.map(({ shape, type }): OnnxValueInfo => ({ name: this.fresh('row'), shape, type }));
    outputs.forEach(({ name }, index) => inner.add({ op: 'Identity', inputs: [inner.name(body[index] as Tensor)], outputs: [name] }));
    const names = outputs.map(() => this.fresh('Scan'));
    const attributes = { num_scan_inputs: sequences.length, body: { nodes: inner.written, inputs, outputs } };
    this.add({ op: 'Scan', inputs: sequences.map((tensor) => this.name(tensor)), outputs: names, attributes });
    return names;
  }

  private knows({ outputs }: Application): boolean {
    return outputs.every((tensor) => this.names.has(tensor));
  }

  /** One length as an int64 vector of one element. */
  private size(dimension: Dimension): string {
    if (typeof dimension === 'number') return this.vector([dimension]);
    return this.once(`size ${dimension}`, () => {
      const { factor, names } = factors([dimension]);
      const parts = [...names.map((name) => this.namedSize(name)), ...(factor === 1 ? [] : [this.vector([factor])])];
      return parts.reduce((product, part) => this.node('Mul', [product, part]));
    });
  }

  private namedSize(name: string): string {
    return this.once(`named ${name}`, () => {
      const source = this.inputs.find(({ shape }) => shape.includes(name));
      if (!source) throw new Error(`no input of the graph has an axis of length ${name}`);
      const shape = this.once(`shape of ${this.name(source)}`, () => this.node('Shape', [this.name(source)]));
      return this.node('Gather', [shape, this.vector([source.shape.indexOf(name)])], { axis: 0 });
    });
  }

  private number(value: number, type: ElementType, shape: readonly number[]): string {
    const data = type === 'int32' ? Int32Array.of(value) : type === 'bool' ? Uint8Array.of(value) : Float32Array.of(value);
    return this.once(`${type}[${shape.join()}] ${data[0]}`, () => this.initializer(data, type, shape));
  }

  private initializer(data: ConstantData, type: ElementType, shape: readonly number[]): string {
    return this.raw(type, shape, bytesOf(type === 'float16' ? float32ToFloat16(data as Float32Array) : data));
  }

  private raw(type: OnnxType, shape: readonly number[], bytes: Uint8Array): string {
    const name = this.fresh('constant');
    this.initializers.push({ name, type, shape, bytes });
    return name;
  }

  /** Constants and shape arithmetic are written once. */
  private once(key: string, write: () => string): string {
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const name = write();
    this.shared.set(key, name);
    return name;
  }

  private fresh(op: string): string {
    return `${op}_${this.numbering.next++}`;
  }
}

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
