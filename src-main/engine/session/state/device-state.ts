import { add } from '../../graph/operators/elementwise.ts';
import { sumOfSquares } from '../../graph/operators/reduce.ts';
import { input, type Tensor } from '../../graph/tensor.ts';
import { adamW, adamWScalars, clippingScale, type AdamWOptions } from '../../optim/adamw.ts';
import type { Device } from '../device.ts';
import { GraphSession } from '../graph-session.ts';
import { Value } from '../native/value.ts';
import type { Layout, Placed } from './layout.ts';
import type { StateArrays, TrainingState } from './state.ts';

const kept = ['weight', 'firstMoment', 'secondMoment'] as const;
const scalarNames = ['stepSize', 'scaledEpsilon', 'shrinkage', 'largestNorm'] as const;
type Values = Map<string, Value>;

/**
 * State in a GPU's memory. Nothing crosses the bus but the gradient norm. A kernel may not read and write one buffer,
 * so weights and moments exist twice and change places at every update.
 */
export class DeviceState implements TrainingState {
  weights: Values;
  readonly gradients: Values;
  private moments: Values;
  private next: { weights: Values; moments: Values };
  private sums: { current: Values; next: Values } | undefined;
  private accumulated = false;
  private readonly layout: Layout;
  private readonly options: AdamWOptions;
  private readonly updating: GraphSession;
  private readonly adding: GraphSession;
  private readonly copying: GraphSession;

  constructor(layout: Layout, options: AdamWOptions, device: Device) {
    this.layout = layout;
    this.options = options;
    this.updating = new GraphSession(this.updateGraph(), device, { noCpuFallback: true });
    this.adding = new GraphSession(this.each(['sum', 'gradient'], ([sum, gradient]) => [['sum', add(sum as Tensor, gradient as Tensor)]]), device, { noCpuFallback: true });
    this.copying = new GraphSession(this.each(['value'], ([value]) => [['value', value as Tensor]]), device);
    [this.weights, this.gradients] = [this.allocate(['']), this.allocate([''])];
    this.moments = this.allocate(kept.slice(1).map((name) => `${name} `));
    this.next = { weights: this.allocate(['']), moments: this.allocate(kept.slice(1).map((name) => `${name} `)) };
  }

  async accumulate(): Promise<void> {
    this.sums ??= { current: this.allocate(['']), next: this.allocate(['']) };
    const { current, next } = this.sums;
    const feeds = prefixed(['gradient ', this.gradients], ['sum ', current]);
    if (this.accumulated) await this.adding.run(feeds, primed(prefixed(['sum ', next])));
    else await this.copying.run(prefixed(['value ', this.gradients]), primed(prefixed(['value ', next])));
    this.sums = { current: next, next: current };
    this.accumulated = true;
  }

  async update(learningRate: number, step: number): Promise<number> {
    const numbers = { ...adamWScalars(this.options, learningRate, step), largestNorm: this.options.maxGradientNorm };
    const scalars: Values = new Map(scalarNames.map((name) => [name, Value.over(Float32Array.of(numbers[name]), [], 'float32')]));
    const gradients = this.accumulated && this.sums ? this.sums.current : this.gradients;
    const norm = Value.over(new Float32Array(1), [], 'float32');
    const feeds = new Map([...prefixed(['weight ', this.weights], ['', this.moments], ['gradient ', gradients]), ...scalars]);
    await this.updating.run(feeds, primed(new Map([...prefixed(['weight ', this.next.weights], ['', this.next.moments]), ['norm', norm]])));
    [this.weights, this.moments, this.next] = [this.next.weights, this.next.moments, { weights: this.weights, moments: this.moments }];
    this.accumulated = false;
    const result = norm.data?.[0] as number;
    for (const value of [norm, ...scalars.values()]) value.dispose();
    return result;
  }

  async read(): Promise<StateArrays> {
    const [firstMoments, secondMoments] = [await this.download('firstMoment '), await this.download('secondMoment ')];
    return { weights: await this.readWeights(), firstMoments, secondMoments };
  }

  readWeights(): Promise<Float32Array> {
    return this.download('');
  }

  async write({ weights, firstMoments, secondMoments }: StateArrays): Promise<void> {
    await this.upload(weights, '');
    await this.upload(firstMoments, 'firstMoment ');
    await this.upload(secondMoments, 'secondMoment ');
  }

  dispose(): void {
    const all = [this.weights, this.gradients, this.moments, this.next.weights, this.next.moments, ...(this.sums ? [this.sums.current, this.sums.next] : [])];
    for (const values of all) for (const value of values.values()) value.dispose();
    for (const session of [this.updating, this.adding, this.copying]) session.dispose();
  }

  private allocate(prefixes: readonly string[]): Values {
    return new Map(prefixes.flatMap((prefix) => this.layout.placed.map(({ parameter }) => [prefix + parameter.name, this.updating.allocate(parameter.shape)] as const)));
  }

  /** Values of the device under `prefix`, and windows on `array` for them. */
  private async transfer(array: Float32Array, prefix: string, direction: 'up' | 'down'): Promise<void> {
    const remote = new Map(this.layout.placed.map(({ parameter }) => [`value ${parameter.name}`, (prefix ? this.moments : this.weights).get(prefix + parameter.name) as Value]));
    const local = new Map(this.layout.placed.map(({ parameter, offset, size }) => [`value ${parameter.name}`, Value.over(array.subarray(offset, offset + size), parameter.shape, 'float32')]));
    const [from, to] = direction === 'up' ? [local, remote] : [remote, local];
    await this.copying.run(from, primed(to));
    for (const value of local.values()) value.dispose();
  }

  private upload(array: Float32Array, prefix: string): Promise<void> {
    return this.transfer(array, prefix, 'up');
  }

  private async download(prefix: string): Promise<Float32Array> {
    const array = new Float32Array(this.layout.length);
    await this.transfer(array, prefix, 'down');
    return array;
  }

  /** One small graph a parameter, all in one session; outputs have the inputs' names with a prime. */
  private each(inputs: readonly string[], compute: (tensors: readonly Tensor[], placed: Placed) => readonly (readonly [string, Tensor])[]): Map<string, Tensor> {
    return new Map(this.layout.placed.flatMap((placed) => {
      const { name, shape } = placed.parameter;
      return compute(inputs.map((kind) => input(`${kind} ${name}`, shape)), placed).map(([kind, tensor]) => [`${kind} ${name}'`, tensor] as const);
    }));
  }

  private updateGraph(): Map<string, Tensor> {
    const [stepSize, scaledEpsilon, shrinkage, largestNorm] = scalarNames.map((name) => input(name, [])) as [Tensor, Tensor, Tensor, Tensor];
    const gradients = new Map(this.layout.placed.map(({ parameter: { name, shape } }) => [name, input(`gradient ${name}`, shape)]));
    const { norm, scale } = clippingScale([...gradients.values()].map(sumOfSquares).reduce(add), largestNorm);
    const updates = this.each(kept, ([weight, firstMoment, secondMoment], { parameter }) => {
      const state = { weight, gradient: gradients.get(parameter.name), firstMoment, secondMoment } as Parameters<typeof adamW>[0];
      return Object.entries(adamW(state, scale, this.options, { stepSize, scaledEpsilon, shrinkage }, parameter.decays));
    });
    return updates.set("norm'", norm);
  }
}

const prefixed = (...groups: readonly (readonly [string, Values])[]): Values => new Map(groups.flatMap(([prefix, values]) => [...values].map(([name, value]) => [prefix + name, value] as const)));
/** The names of a graph's outputs for those of its inputs. */
const primed = (values: Values): Values => new Map([...values].map(([name, value]) => [`${name}'`, value]));
