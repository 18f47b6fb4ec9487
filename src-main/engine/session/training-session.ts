import { gradients } from '../graph/autodiff.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Model } from '../nn/heads.ts';
import type { AdamWOptions } from '../optim/adamw.ts';
import type { Device } from './device.ts';
import type { GraphSessionOptions } from './graph-session.ts';
import { Value } from './native/value.ts';
import { ShapedSessions, type Batch } from './shaped-sessions.ts';
import { CpuState } from './state/cpu-state.ts';
import { DeviceState } from './state/device-state.ts';
import { layoutOf, type Layout } from './state/layout.ts';
import type { TrainingState } from './state/state.ts';

export interface TrainingSessionOptions extends Pick<GraphSessionOptions, 'optimizationLevel' | 'profilePrefix'> {
  readonly device: Device;
  readonly adamW: AdamWOptions;
  /** Keeps only each layer's output for the backward pass: less memory, about a third more time. */
  readonly recompute?: boolean;
}

export type { Batch };

/** A model with its optimiser on a device: gradients of a batch, an update, and the model's outputs. */
export class TrainingSession {
  readonly layout: Layout;
  readonly state: TrainingState;
  private readonly training: ShapedSessions;
  private readonly evaluating: ShapedSessions;

  /** @param training the model with dropout and loss. @param evaluated the same model's outputs without dropout. */
  constructor(training: Model, evaluated: ReadonlyMap<string, Tensor>, options: TrainingSessionOptions) {
    this.layout = layoutOf(training.parameters);
    this.state = new (options.device.name === 'cpu' ? CpuState : DeviceState)(this.layout, options.adamW, options.device);
    const sessionOptions = { ...(options.optimizationLevel !== undefined && { optimizationLevel: options.optimizationLevel }) };
    this.training = new ShapedSessions(options.device, () => gradientGraph(training, options.recompute ?? false), {
      ...sessionOptions, ...(options.profilePrefix && { profilePrefix: options.profilePrefix }), recomputes: options.recompute ?? false,
    });
    this.evaluating = new ShapedSessions(options.device, () => evaluated, sessionOptions);
  }

  /** Computes the loss of a batch and writes its gradients into the state. */
  async gradients(batch: Batch): Promise<number> {
    const loss = Value.over(new Float32Array(1), [], 'float32');
    await this.training.run(batch, this.state.weights, new Map([['loss', loss], ...gradientOutputs(this.state.gradients)]));
    loss.dispose();
    return loss.data?.[0] as number;
  }

  /** The model's outputs for a batch, in the order of its `outputs`. */
  outputs(batch: Batch): Promise<Map<string, Float32Array>> {
    return this.evaluating.outputs(batch, this.state.weights);
  }

  /** Stops what is running inside its step. State may then be half new: write it again before going on. */
  terminate(): void {
    this.training.terminate();
    this.evaluating.terminate();
  }

  dispose(): void {
    this.training.dispose();
    this.evaluating.dispose();
    this.state.dispose();
  }
}

const gradientOutputs = (values: ReadonlyMap<string, Value>) => [...values].map(([name, value]) => [`gradient ${name}`, value] as const);

function gradientGraph({ loss, parameters, encoder }: Model, recompute: boolean): Map<string, Tensor> {
  const computed = gradients(loss, parameters.map(({ tensor }) => tensor), recompute ? { keep: new Set(encoder.hiddenStates) } : {});
  const outputs = parameters.map(({ name }, index) => [`gradient ${name}`, computed[index] as Tensor] as const);
  return new Map([['loss', loss], ...outputs]);
}
