import type { OnnxNode } from '../lowering/onnx.ts';
import type { FileGraph, FileWeight } from './file-graph.ts';
import { bytesOf, plainInitializer, type Initializer } from './initializer.ts';

// Dynamic quantisation as in onnxruntime's quantize_dynamic: weights are int8 with one scale for each output, activations become
// uint8 with a scale found anew at every run, and sums are taken in int32. The runtime fuses the nodes of one product into one.

/** A graph with some of its weights in int8, and the bytes of them all. */
export interface QuantisedGraph extends Pick<FileGraph, 'nodes' | 'inputs' | 'outputs' | 'constants'> {
  readonly initializers: readonly Initializer[];
}

/**
 * Products in the encoder's layers are computed in int8, and the table of word embeddings, often most of a small model, is kept in int8
 * with a scale for each word. All else is small, and what lies close to the decision, pooler and head, keeps its precision.
 */
export function quantise(graph: FileGraph): QuantisedGraph {
  const products = new Set<string>(), tables = new Set<string>();
  for (const { op, inputs } of graph.nodes) {
    if (op === 'Gemm' && inputs[1]?.startsWith('bert.encoder.')) products.add(inputs[1]);
    if (op === 'Gather' && inputs[0]?.endsWith('.word_embeddings.weight')) tables.add(inputs[0]);
  }
  const activations = new Map<string, readonly string[]>();
  const nodes = graph.nodes.flatMap((node): readonly OnnxNode[] => {
    if (node.op === 'Gemm' && products.has(node.inputs[1] as string)) return integerProduct(node, activations);
    return node.op === 'Gather' && tables.has(node.inputs[0] as string) ? integerGather(node) : [node];
  });
  return {
    ...graph, nodes,
    initializers: graph.weights.flatMap((weight) => {
      if (products.has(weight.name)) return quantisedWeight(weight, 'columns');
      return tables.has(weight.name) ? quantisedWeight(weight, 'rows') : [plainInitializer(weight)];
    }),
  };
}

const quantisedName = (weight: string) => `${weight}_quantized`;
const scaleName = (weight: string) => `${weight}_scale`;
const float32 = 1;

/** `x weight + bias`. Products of the same `x` share its quantisation. */
function integerProduct({ inputs, outputs }: OnnxNode, activations: Map<string, readonly string[]>): OnnxNode[] {
  const [x, weight, bias] = inputs as [string, string, string], result = outputs[0] as string;
  const nodes: OnnxNode[] = [];
  let quantised = activations.get(x);
  if (!quantised) {
    activations.set(x, (quantised = ['quantized', 'scale', 'zero_point'].map((part) => `${x}_${part}`)));
    nodes.push({ op: 'DynamicQuantizeLinear', inputs: [x], outputs: quantised });
  }
  const [values, scale, zeroPoint] = quantised as [string, string, string];
  const [sums, floats, bothScales, product] = ['sums', 'floats', 'scale', 'product'].map((part) => `${result}_${part}`) as [string, string, string, string];
  return [
    ...nodes,
    { op: 'MatMulInteger', inputs: [values, quantisedName(weight), zeroPoint], outputs: [sums] },
    { op: 'Cast', inputs: [sums], outputs: [floats], attributes: { to: float32 } },
    { op: 'Mul', inputs: [scale, scaleName(weight)], outputs: [bothScales] },
    { op: 'Mul', inputs: [floats, bothScales], outputs: [product] },
    { op: 'Add', inputs: [product, bias], outputs: [result] },
  ];
}

function integerGather({ inputs, outputs, attributes = {} }: OnnxNode): OnnxNode[] {
  const [table, ids] = inputs as [string, string], result = outputs[0] as string;
  const [rows, floats, scales] = ['rows', 'floats', 'scales'].map((part) => `${result}_${part}`) as [string, string, string];
  return [
    { op: 'Gather', inputs: [quantisedName(table), ids], outputs: [rows], attributes },
    { op: 'Cast', inputs: [rows], outputs: [floats], attributes: { to: float32 } },
    { op: 'Gather', inputs: [scaleName(table), ids], outputs: [scales], attributes },
    { op: 'Mul', inputs: [floats, scales], outputs: [result] },
  ];
}

/** A matrix `[rows, columns]` in int8 and a float32 scale for each of its rows, `[rows, 1]`, or columns, `[columns]`. */
function quantisedWeight({ name, shape, values }: FileWeight, axis: 'rows' | 'columns'): Initializer[] {
  const [rows, columns] = shape as [number, number], lines = new Lines(rows, columns, axis);
  return [
    { name: quantisedName(name), type: 'int8', shape, bytes: () => bytesOf(lines.integers(values())) },
    { name: scaleName(name), type: 'float32', shape: axis === 'rows' ? [rows, 1] : [columns], bytes: () => bytesOf(lines.scales(values())) },
  ];
}

/** The rows or columns of a matrix, each with a scale of its own: an integer from -127 to 127 times the scale is the nearest to a value. */
class Lines {
  private readonly rows: number;
  private readonly columns: number;
  private readonly count: number;
  /** The element at a row and a column belongs to the line `row * rowStep + column * columnStep`. */
  private readonly rowStep: number;
  private readonly columnStep: number;

  constructor(rows: number, columns: number, axis: 'rows' | 'columns') {
    [this.rows, this.columns] = [rows, columns];
    [this.count, this.rowStep, this.columnStep] = axis === 'rows' ? [rows, 1, 0] : [columns, 0, 1];
  }

  scales(values: Float32Array): Float32Array {
    const { rows, columns, rowStep, columnStep } = this, scales = new Float32Array(this.count);
    for (let row = 0, index = 0; row < rows; row++) {
      for (let column = 0, line = row * rowStep; column < columns; column++, index++, line += columnStep) {
        const size = Math.abs(values[index] as number);
        if (size > (scales[line] as number)) scales[line] = size;
      }
    }
    // A line of zeros, or as good as zeros, needs a scale that is not 0 itself.
    return scales.map((largest) => (largest < 1e-30 ? 1 : largest) / 127);
  }

  integers(values: Float32Array): Int8Array {
    const { rows, columns, rowStep, columnStep } = this, scales = this.scales(values), integers = new Int8Array(values.length);
    for (let row = 0, index = 0; row < rows; row++) {
      for (let column = 0, line = row * rowStep; column < columns; column++, index++, line += columnStep) integers[index] = Math.round((values[index] as number) / (scales[line] as number));
    }
    return integers;
  }
}
