import { input } from '../../../src-main/engine/graph/tensor.ts';
import { Parameters } from '../../../src-main/engine/nn/parameters.ts';
import type { AdamWOptions } from '../../../src-main/engine/optim/adamw.ts';
import type { Device } from '../../../src-main/engine/session/device.ts';
import { GraphSession } from '../../../src-main/engine/session/graph-session.ts';
import { Value } from '../../../src-main/engine/session/native/value.ts';
import { CpuState } from '../../../src-main/engine/session/state/cpu-state.ts';
import { DeviceState } from '../../../src-main/engine/session/state/device-state.ts';
import { layoutOf, type Layout, type Placed } from '../../../src-main/engine/session/state/layout.ts';
import type { TrainingState } from '../../../src-main/engine/session/state/state.ts';
import { RandomArrays } from '../../support/random-arrays.ts';
import { clipCoefficient, globalNorm, referenceAdamW, type ReferenceState } from '../optim/reference-adamw.ts';

/** Parameters of either kind; on the CPU the first of them crosses the border of a tile. */
const shapes: Readonly<Record<string, readonly number[]>> = {
  'embeddings.weight': [450, 300], 'dense.weight': [20, 30], 'dense.bias': [20], 'LayerNorm.weight': [30], 'LayerNorm.bias': [30],
};

/** A state on a device beside the same in double precision, both given the same gradients. */
export class StateTrial {
  readonly layout: Layout;
  readonly state: TrainingState;
  readonly expected: ReadonlyMap<string, ReferenceState>;
  private readonly options: AdamWOptions;
  private readonly writer: GraphSession;
  private readonly random = new RandomArrays(21);
  private pending: Map<string, Float64Array> | undefined;
  private latest: ReadonlyMap<string, Float32Array> = new Map();

  private constructor(device: Device, options: AdamWOptions) {
    const parameters = new Parameters();
    for (const [name, shape] of Object.entries(shapes)) parameters.declare(name, shape);
    this.layout = layoutOf(parameters.all);
    this.options = options;
    this.state = new (device.name === 'cpu' ? CpuState : DeviceState)(this.layout, options, device);
    this.writer = new GraphSession(new Map(this.layout.placed.map(({ parameter: { name, shape } }) => [`${name} written`, input(name, shape)])), device);
    this.expected = new Map(this.layout.placed.map(({ parameter: { name }, size }) =>
      [name, { weight: Float64Array.from(this.random.normal(size)), firstMoment: new Float64Array(size), secondMoment: new Float64Array(size) }]));
  }

  static async start(device: Device, options: AdamWOptions): Promise<StateTrial> {
    const trial = new StateTrial(device, options), weights = new Float32Array(trial.layout.length);
    for (const { parameter: { name }, offset } of trial.layout.placed) weights.set(Float32Array.from(trial.expected.get(name)!.weight), offset);
    await trial.state.write({ weights, firstMoments: new Float32Array(weights.length), secondMoments: new Float32Array(weights.length) });
    return trial;
  }

  /** Puts random gradients of a norm around `norm` into the state, as a gradient graph would. */
  async drawGradients(norm: number): Promise<void> {
    const total = Math.sqrt(this.layout.placed.reduce((sum, { size }) => sum + size, 0));
    this.latest = new Map(this.layout.placed.map(({ parameter: { name }, size }) => [name, this.random.normal(size).map((value) => (value * norm) / total)]));
    const feeds = new Map(this.layout.placed.map(({ parameter: { name, shape } }) => [name, Value.over(this.latest.get(name)!, shape, 'float32')]));
    await this.writer.run(feeds, new Map([...this.state.gradients].map(([name, value]) => [`${name} written`, value])));
    for (const value of feeds.values()) value.dispose();
  }

  async accumulate(): Promise<void> {
    await this.state.accumulate();
    this.pending ??= new Map(this.layout.placed.map(({ parameter: { name }, size }) => [name, new Float64Array(size)]));
    for (const [name, sum] of this.pending) this.latest.get(name)!.forEach((value, index) => (sum[index]! += value));
  }

  /** Updates both; returns both norms. */
  async update(learningRate: number, step: number): Promise<{ norm: number; expectedNorm: number }> {
    const gradients: ReadonlyMap<string, ArrayLike<number>> = this.pending ?? this.latest;
    const expectedNorm = globalNorm([...gradients.values()]), scale = clipCoefficient(expectedNorm, this.options.maxGradientNorm);
    for (const { parameter: { name, decays } } of this.layout.placed) {
      referenceAdamW(this.expected.get(name)!, Array.from(gradients.get(name)!, (value) => value * scale), this.options, learningRate, step, decays);
    }
    this.pending = undefined;
    return { norm: await this.state.update(learningRate, step), expectedNorm };
  }

  /** The part of a state's array that belongs to a parameter. */
  window = (array: Float32Array, { offset, size }: Placed): Float32Array => array.subarray(offset, offset + size);

  dispose(): void {
    this.writer.dispose();
    this.state.dispose();
  }
}
