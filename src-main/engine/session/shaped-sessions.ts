import type { Tensor } from '../graph/tensor.ts';
import type { Device } from './device.ts';
import { GraphSession, type GraphSessionOptions } from './graph-session.ts';
import { Value, type TypedArray } from './native/value.ts';

/** Arrays of a graph's inputs by name: token ids, masks, labels. */
export interface Batch {
  readonly size: number;
  readonly length: number;
  readonly arrays: ReadonlyMap<string, { readonly data: TypedArray; readonly shape: readonly number[] }>;
}

/**
 * One graph for batches of any shape. On the CPU one session serves them all; a GPU gets a session a shape, so that no
 * shape arithmetic is left in the graph.
 */
export class ShapedSessions {
  private readonly sessions = new Map<string, GraphSession>();
  private readonly device: Device;
  private readonly graph: () => ReadonlyMap<string, Tensor>;
  private readonly options: GraphSessionOptions;
  private running: GraphSession | undefined;

  constructor(device: Device, graph: () => ReadonlyMap<string, Tensor>, options: GraphSessionOptions = {}) {
    this.device = device;
    this.graph = graph;
    this.options = options;
  }

  /** Runs the graph on a batch. @param values what else it takes: weights. @throws CancelledError after `terminate`. */
  async run(batch: Batch, values: ReadonlyMap<string, Value>, fetches: ReadonlyMap<string, Value>): Promise<void> {
    const session = this.for(batch);
    const arrays = new Map([...batch.arrays].map(([name, { data, shape }]) => [name, Value.over(data, shape, data instanceof Int32Array ? 'int32' : 'float32')]));
    this.running = session;
    try {
      await session.run(new Map([...values, ...arrays]), fetches);
    } finally {
      this.running = undefined;
      for (const value of arrays.values()) value.dispose();
    }
  }

  /** Every output of the graph for a batch, in main memory. */
  async outputs(batch: Batch, values: ReadonlyMap<string, Value>): Promise<Map<string, Float32Array>> {
    const bound = (shape: Tensor['shape']) => shape.map((dimension) => (dimension === 'batch' ? batch.size : dimension === 'length' ? batch.length : (dimension as number)));
    const results = new Map([...this.graph()].map(([name, { shape }]) => {
      const lengths = bound(shape);
      return [name, Value.over(new Float32Array(lengths.reduce((product, length) => product * length, 1)), lengths, 'float32')];
    }));
    await this.run(batch, values, results);
    return new Map([...results].map(([name, value]) => {
      value.dispose();
      return [name, value.data as Float32Array];
    }));
  }

  /** Stops what is running inside its step. */
  terminate(): void {
    this.running?.terminate();
  }

  dispose(): void {
    for (const session of this.sessions.values()) session.dispose();
  }

  private for({ size, length }: Batch): GraphSession {
    const fixed = this.device.name !== 'cpu';
    const key = fixed ? `${size}x${length}` : '';
    let session = this.sessions.get(key);
    if (!session) {
      session = new GraphSession(this.graph(), this.device, { ...this.options, ...(fixed && { lengths: { batch: size, length }, noCpuFallback: true }) });
      this.sessions.set(key, session);
    }
    return session;
  }
}
