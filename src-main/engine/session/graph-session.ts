import type { Tensor } from '../graph/tensor.ts';
import { lower } from '../lowering/lower.ts';
import { encodeModel } from '../lowering/onnx.ts';
import type { Device } from './device.ts';
import { NativeSession, type SessionOptions } from './native/session.ts';
import { Value } from './native/value.ts';

export interface GraphSessionOptions extends Pick<SessionOptions, 'optimizationLevel' | 'profilePrefix' | 'noCpuFallback'> {
  /** The graph computes tensors twice on purpose: the runtime must not merge them. */
  readonly recomputes?: boolean;
  /** Values for the graph's named lengths. Needed where shape arithmetic must not stay in the graph. */
  readonly lengths?: Readonly<Record<string, number>>;
}

// What ONNX Runtime would undo: a product of a small transposed operand is faster with the transposition written out.
const unwanted = ['GemmTransposeFusion', 'MatmulTransposeFusion'];

/** A graph of ours made ready to run on a device. */
export class GraphSession {
  private readonly native: NativeSession;
  readonly inputNames: readonly string[];

  constructor(outputs: ReadonlyMap<string, Tensor>, device: Device, options: GraphSessionOptions = {}) {
    const { graph } = lower(outputs, device.target);
    this.inputNames = graph.inputs.map(({ name }) => name);
    const disabled = [...unwanted, ...(options.recomputes ? ['CommonSubexpressionElimination'] : [])].join(';');
    this.native = new NativeSession(encodeModel(graph), {
      ...options, provider: device.provider, threads: device.threads, lengths: options.lengths ?? {},
      config: { 'optimization.disable_specified_optimizers': disabled },
    });
  }

  /** Runs with those of `feeds` that the graph asks for. @throws CancelledError after `terminate`. */
  async run(feeds: ReadonlyMap<string, Value>, fetches: ReadonlyMap<string, Value>): Promise<void> {
    const inputs = new Map(this.inputNames.map((name) => {
      const value = feeds.get(name);
      if (!value) throw new Error(`no value for the graph's input ${name}`);
      return [name, value];
    }));
    await this.native.run(inputs, fetches);
  }

  allocate(shape: readonly number[]): Value {
    return this.native.allocate(shape, 'float32');
  }

  terminate(): void {
    this.native.terminate();
  }

  dispose(): void {
    this.native.dispose();
  }
}
