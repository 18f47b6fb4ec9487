import { add } from '../../graph/operators/elementwise.ts';
import { sumOfSquares } from '../../graph/operators/reduce.ts';
import { tiled } from '../../graph/operators/tiled.ts';
import { input, type Tensor } from '../../graph/tensor.ts';
import { adamW, adamWScalars, clippingScale, type AdamWOptions } from '../../optim/adamw.ts';
import type { Device } from '../device.ts';
import { GraphSession } from '../graph-session.ts';
import { Value } from '../native/value.ts';
import { tile, type Layout } from './layout.ts';
import type { StateArrays, TrainingState } from './state.ts';

const arrays = ['weight', 'gradient', 'firstMoment', 'secondMoment', 'sum'] as const;
type ArrayName = (typeof arrays)[number];
const scalarNames = ['stepSize', 'scaledEpsilon', 'shrinkage', 'largestNorm'] as const;

/**
 * State in main memory, one long array of each kind: a parameter is a window on it, the optimiser goes over the whole.
 * Everything is updated in place; nothing is copied from step to step.
 */
export class CpuState implements TrainingState {
  readonly weights: ReadonlyMap<string, Value>;
  readonly gradients: ReadonlyMap<string, Value>;
  private readonly layout: Layout;
  private readonly options: AdamWOptions;
  private readonly device: Device;
  private readonly data: Record<Exclude<ArrayName, 'sum'>, Float32Array> & { sum?: Float32Array };
  private readonly whole = new Map<string, Value>();
  private readonly updating: GraphSession;
  private adding: GraphSession | undefined;
  private accumulated = false;

  constructor(layout: Layout, options: AdamWOptions, device: Device) {
    this.layout = layout;
    this.options = options;
    this.device = device;
    const make = () => new Float32Array(layout.length);
    this.data = { weight: make(), gradient: make(), firstMoment: make(), secondMoment: make() };
    this.weights = this.windows(this.data.weight);
    this.gradients = this.windows(this.data.gradient);
    for (const name of arrays) if (name !== 'sum') this.addParts(name, this.data[name]);
    this.updating = new GraphSession(this.updateGraph(), device);
  }

  async accumulate(): Promise<void> {
    if (!this.data.sum) this.addParts('sum', (this.data.sum = new Float32Array(this.layout.length)));
    if (!this.accumulated) {
      this.data.sum.set(this.data.gradient);
      this.accumulated = true;
      return;
    }
    this.adding ??= new GraphSession(this.additionGraph(), this.device);
    await this.adding.run(this.whole, this.pick(['sum'], ' updated'));
  }

  async update(learningRate: number, step: number): Promise<number> {
    const numbers = { ...adamWScalars(this.options, learningRate, step), largestNorm: this.options.maxGradientNorm };
    const feeds = new Map(this.whole);
    for (const name of scalarNames) feeds.set(name, Value.over(Float32Array.of(numbers[name]), [], 'float32'));
    if (this.accumulated) for (const { name } of this.layout.parts) feeds.set(`gradient ${name}`, this.whole.get(`sum ${name}`) as Value);
    const norm = Value.over(new Float32Array(1), [], 'float32');
    await this.updating.run(feeds, new Map([...this.pick(['weight', 'firstMoment', 'secondMoment'], ' updated'), ['norm', norm]]));
    this.accumulated = false;
    const result = norm.data?.[0] as number;
    for (const value of [norm, ...scalarNames.map((name) => feeds.get(name) as Value)]) value.dispose();
    return result;
  }

  async read(): Promise<StateArrays> {
    const { weight, firstMoment, secondMoment } = this.data;
    return { weights: weight.slice(), firstMoments: firstMoment.slice(), secondMoments: secondMoment.slice() };
  }

  async readWeights(): Promise<Float32Array> {
    return this.data.weight.slice();
  }

  async write(state: StateArrays): Promise<void> {
    this.data.weight.set(state.weights);
    this.data.firstMoment.set(state.firstMoments);
    this.data.secondMoment.set(state.secondMoments);
  }

  dispose(): void {
    this.updating.dispose();
    this.adding?.dispose();
    for (const values of [this.weights, this.gradients, this.whole]) for (const value of values.values()) value.dispose();
  }

  private windows(array: Float32Array): Map<string, Value> {
    return new Map(this.layout.placed.map(({ parameter, offset, size }) => [parameter.name, Value.over(array.subarray(offset, offset + size), parameter.shape, 'float32')]));
  }

  private addParts(array: ArrayName, data: Float32Array): void {
    for (const { name, offset, tiles } of this.layout.parts) this.whole.set(`${array} ${name}`, Value.over(data.subarray(offset, offset + tiles * tile), [tiles, tile], 'float32'));
  }

  private pick(names: readonly ArrayName[], suffix = ''): Map<string, Value> {
    return new Map(names.flatMap((array) => this.layout.parts.map(({ name }) => [`${array} ${name}${suffix}`, this.whole.get(`${array} ${name}`) as Value] as const)));
  }

  private updateGraph(): Map<string, Tensor> {
    const [stepSize, scaledEpsilon, shrinkage, largestNorm] = scalarNames.map((name) => input(name, [])) as [Tensor, Tensor, Tensor, Tensor];
    const parts = this.layout.parts.map((part) => ({ ...part, tensors: arrays.slice(0, 4).map((array) => input(`${array} ${part.name}`, [part.tiles, tile])) }));
    const squares = parts.map(({ tensors }) => sumOfSquares(tensors[1] as Tensor)).reduce(add);
    const { norm, scale } = clippingScale(squares, largestNorm);
    const outputs = new Map([['norm', norm]]);
    for (const { name, decays, tensors } of parts) {
      const [weight, firstMoment, secondMoment] = tiled(tensors, [scale, stepSize, scaledEpsilon, shrinkage], (rows) => {
        const [weight, gradient, firstMoment, secondMoment] = rows as [Tensor, Tensor, Tensor, Tensor];
        const next = adamW({ weight, gradient, firstMoment, secondMoment }, scale, this.options, { stepSize, scaledEpsilon, shrinkage }, decays);
        return [next.weight, next.firstMoment, next.secondMoment];
      }) as [Tensor, Tensor, Tensor];
      outputs.set(`weight ${name} updated`, weight).set(`firstMoment ${name} updated`, firstMoment).set(`secondMoment ${name} updated`, secondMoment);
    }
    return outputs;
  }

  private additionGraph(): Map<string, Tensor> {
    return new Map(this.layout.parts.map(({ name, tiles }) => {
      const [total] = tiled(['sum', 'gradient'].map((array) => input(`${array} ${name}`, [tiles, tile])), [], ([sum, gradient]) => [add(sum as Tensor, gradient as Tensor)]);
      return [`sum ${name} updated`, total as Tensor];
    }));
  }
}
