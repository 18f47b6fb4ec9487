import type { DeviceName } from '../../../shared/domain/devices.ts';
import type { Target } from '../graph/emitter.ts';

/** Something graphs run on. */
export interface Device {
  readonly name: DeviceName;
  /** ONNX Runtime's name of its execution provider. */
  readonly provider: 'CPU' | 'WebGPU' | 'CUDA' | 'DML';
  /** The dialect graphs are lowered to. */
  readonly target: Target;
  /** Threads inside one operator; 0 lets the runtime choose one a core. */
  readonly threads: number;
}

const providers = { cpu: 'CPU', webgpu: 'WebGPU', cuda: 'CUDA', dml: 'DML' } as const;
const targets = { cpu: 'cpu', webgpu: 'webgpu', cuda: 'portable', dml: 'portable' } as const;

export const device = (name: DeviceName, threads = 0): Device => ({ name, provider: providers[name], target: targets[name], threads });
