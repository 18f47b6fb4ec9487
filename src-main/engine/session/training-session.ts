import { gradients } from '../graph/autodiff.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Model } from '../nn/heads.ts';
import type { AdamWOptions } from '../optim/adamw.ts';
import type { Device } from './device.ts';
import { GraphSession, type GraphSessionOptions } from './graph-session.ts';
import { Value, type TypedArray } from './native/value.ts';
import { CpuState } from './state/cpu-state.ts';
import { DeviceState } from './state/device-state.ts';
import { layoutOf, type Layout } from './state/layout.ts';
import type { TrainingState } from './state/state.ts';

/** Arrays of a graph's inputs by name: token ids, masks, labels. */
export interface Batch {
  readonly size: number;
  readonly length: number;
  readonly arrays: ReadonlyMap<string, { readonly data: TypedArray; readonly shape: readonly number[] }>;
}

export interface TrainingSessionOptions extends Pick<GraphSessionOptions, 'optimizationLevel' | 'profilePrefix'> {
  readonly device: Device;
  readonly adamW: AdamWOptions;
  /** Keeps only each layer's output for the backward pass: less memory, about a third more time. */
  readonly recompute?: boolean;
}

/** A model with its optimiser on a device: gradients of a batch, an update, and the model's outputs. */
export class TrainingSession {
  readonly layout: Layout;
  readonly state: TrainingState;
  private readonly training: PerShape;
  private readonly evaluating: PerShape;
  private readonly evaluated: ReadonlyMap<string, Tensor>;
  private running: GraphSession | undefined;

  /** @param training the model with dropout and loss. @param evaluated the same model's outputs without dropout. */
  constructor(training: Model, evaluated: ReadonlyMap<string, Tensor>, options: TrainingSessionOptions) {
    this.evaluated = evaluated;
    this.layout = layoutOf(training.parameters);
    this.state = new (options.device.name === 'cpu' ? CpuState : DeviceState)(this.layout, options.adamW, options.device);
    const sessionOptions = { ...(options.optimizationLevel !== undefined && { optimizationLevel: options.optimizationLevel }) };
    this.training = new PerShape(options.device, () => gradientGraph(training, options.recompute ?? false), {
      ...sessionOptions, ...(options.profilePrefix && { profilePrefix: options.profilePrefix }), recomputes: options.recompute ?? false,
    });
    this.evaluating = new PerShape(options.device, () => evaluated, sessionOptions);
  }

  /** Computes the loss of a batch and writes its gradients into the state. */
  async gradients(batch: Batch): Promise<number> {
    const loss = Value.over(new Float32Array(1), [], 'float32');
    await this.run(this.training, batch, new Map([['loss', loss], ...gradientOutputs(this.state.gradients)]));
    loss.dispose();
    return loss.data?.[0] as number;
  }

  /** The model's outputs for a batch, in the order of its `outputs`. */
  async outputs(batch: Batch): Promise<Map<string, Float32Array>> {
    const bound = (shape: Tensor['shape']) => shape.map((dimension) => (dimension === 'batch' ? batch.size : dimension === 'length' ? batch.length : (dimension as number)));
    const results = new Map([...this.evaluated].map(([name, { shape }]) => {
      const lengths = bound(shape);
      return [name, Value.over(new Float32Array(lengths.reduce((product, length) => product * length, 1)), lengths, 'float32')];
    }));
    await this.run(this.evaluating, batch, results);
    return new Map([...results].map(([name, value]) => {
      value.dispose();
      return [name, value.data as Float32Array];
    }));
  }

  /** Stops what is running inside its step. State may then be half new: write it again before going on. */
  terminate(): void {
    this.running?.terminate();
  }

  dispose(): void {
    this.training.dispose();
    this.evaluating.dispose();
    this.state.dispose();
  }

  private async run(sessions: PerShape, batch: Batch, fetches: ReadonlyMap<string, Value>): Promise<void> {
    const session = sessions.for(batch);
    const values = new Map([...batch.arrays].map(([name, { data, shape }]) => [name, Value.over(data, shape, data instanceof Int32Array ? 'int32' : 'float32')]));
    this.running = session;
    try {
      await session.run(new Map([...this.state.weights, ...values]), fetches);
    } finally {
      this.running = undefined;
      for (const value of values.values()) value.dispose();
    }
  }
}

const gradientOutputs = (values: ReadonlyMap<string, Value>) => [...values].map(([name, value]) => [`gradient ${name}`, value] as const);

function gradientGraph({ loss, parameters, encoder }: Model, recompute: boolean): Map<string, Tensor> {
  const computed = gradients(loss, parameters.map(({ tensor }) => tensor), recompute ? { keep: new Set(encoder.hiddenStates) } : {});
  return new Map([['loss', loss], ...parameters.map(({ name }, index) => [`gradient ${name}`, computed[index] as Tensor] as const)]);
}

/** On the CPU one session serves batches of every shape; a GPU gets one a shape, so that no shape arithmetic is left in the graph. */
class PerShape {
  private readonly sessions = new Map<string, GraphSession>();
  private readonly device: Device;
  private readonly graph: () => ReadonlyMap<string, Tensor>;
  private readonly options: GraphSessionOptions;

  constructor(device: Device, graph: () => ReadonlyMap<string, Tensor>, options: GraphSessionOptions) {
    this.device = device;
    this.graph = graph;
    this.options = options;
  }

  for({ size, length }: Batch): GraphSession {
    const fixed = this.device.name !== 'cpu';
    const key = fixed ? `${size}x${length}` : '';
    let session = this.sessions.get(key);
    if (!session) {
      session = new GraphSession(this.graph(), this.device, { ...this.options, ...(fixed && { lengths: { batch: size, length }, noCpuFallback: true }) });
      this.sessions.set(key, session);
    }
    return session;
  }

  dispose(): void {
    for (const session of this.sessions.values()) session.dispose();
  }
}
