import { call, callAsync, create, library, RuntimeCallError, type Handle } from './library.ts';
import { proveRuntime } from './proof.ts';
import { Value, type DataType } from './value.ts';
import { CancelledError } from '../../../../shared/domain/errors.ts';

export interface SessionOptions {
  /** Execution provider as ONNX Runtime names it; the CPU's is always there as well. */
  readonly provider?: 'CPU' | 'WebGPU' | 'DML' | 'CUDA';
  /** Threads inside one operator, this thread included; 0 lets the runtime choose. */
  readonly threads?: number;
  /** 0 none, 1 basic, 2 extended, 99 all. */
  readonly optimizationLevel?: 0 | 1 | 2 | 99;
  /** Fails when a node would run on the CPU although a GPU provider is named. */
  readonly noCpuFallback?: boolean;
  /** Writes the runtime's own profile to `<prefix>_<time>.json`. */
  readonly profilePrefix?: string;
  /** Values for named lengths of the graph's inputs, known from the start. */
  readonly lengths?: Readonly<Record<string, number>>;
  /** Session configuration entries, as in onnxruntime_session_options_config_keys.h. */
  readonly config?: Readonly<Record<string, string>>;
}

const warning = 2, error = 3;
const deviceMemory = { WebGPU: 'WebGPU_Buf', DML: 'DML', CUDA: 'Cuda' } as const;
let environment: Handle | undefined;

function env(): Handle {
  if (!environment) {
    environment = create('CreateEnv', process.env.SESAME_ORT_VERBOSE ? warning : error, 'sesame');
    proveRuntime(environment);
  }
  return environment;
}

function sessionOptions(options: SessionOptions): Handle {
  const native = create('CreateSessionOptions');
  call('SetIntraOpNumThreads', native, options.threads ?? 0);
  call('SetSessionGraphOptimizationLevel', native, options.optimizationLevel ?? 99);
  // Planning one block for all activations costs a quarter more memory than taking each as it comes, and gains no time.
  call('DisableMemPattern', native);
  if (options.profilePrefix) call('EnableProfiling', native, pathString(options.profilePrefix));
  for (const [name, length] of Object.entries(options.lengths ?? {})) call('AddFreeDimensionOverrideByName', native, name, length);
  for (const [key, value] of Object.entries(options.config ?? {})) call('AddSessionConfigEntry', native, key, value);
  const provider = options.provider ?? 'CPU';
  if (provider === 'CUDA') {
    const cuda = create('CreateCUDAProviderOptions');
    call('SessionOptionsAppendExecutionProvider_CUDA_V2', native, cuda);
    library().api.ReleaseCUDAProviderOptions(cuda);
  } else if (provider !== 'CPU') {
    call('SessionOptionsAppendExecutionProvider', native, provider, [], [], 0);
  }
  if (options.noCpuFallback) call('AddSessionConfigEntry', native, 'session.disable_cpu_ep_fallback', '1');
  return native;
}

/** ORTCHAR_T*: UTF-16 on Windows, UTF-8 elsewhere, ending in zero. */
const pathString = (path: string) => Buffer.from(`${path}\0`, process.platform === 'win32' ? 'utf16le' : 'utf8');

/** What native code works on: arrays that nobody else holds must not be collected under it. */
const inUse = new Set<readonly ReadonlyMap<string, Value>[]>();

/** An ONNX graph made ready to run. Inputs and outputs are preallocated `Value`s: one passed as both is updated in place. */
export class NativeSession {
  private readonly handle: Handle;
  private readonly runOptions: Handle;
  private readonly provider: 'CPU' | 'WebGPU' | 'DML' | 'CUDA';
  private deviceAllocator: Handle | undefined;
  private terminated = false;

  /** @throws RuntimeCallError when the graph is invalid or the provider is not there. */
  constructor(model: Uint8Array, options: SessionOptions = {}) {
    this.provider = options.provider ?? 'CPU';
    // The environment carries the log, without which a provider cannot even be named.
    const environment = env();
    const native = sessionOptions(options);
    try {
      this.handle = create('CreateSessionFromArray', environment, model, model.byteLength, native);
    } finally {
      library().api.ReleaseSessionOptions(native);
    }
    this.runOptions = create('CreateRunOptions');
  }

  /** Uninitialised device memory. Only for a GPU provider. */
  allocate(shape: readonly number[], dataType: DataType): Value {
    if (this.provider === 'CPU') throw new RangeError('CPU values are made over typed arrays');
    if (!this.deviceAllocator) {
      const memory = create('CreateMemoryInfo', deviceMemory[this.provider], 0, 0, 0);
      this.deviceAllocator = create('CreateAllocator', this.handle, memory);
      library().api.ReleaseMemoryInfo(memory);
    }
    return Value.on(this.deviceAllocator, shape, dataType);
  }

  /** Runs the graph on a worker thread. @throws CancelledError after `terminate`. */
  async run(inputs: ReadonlyMap<string, Value>, outputs: ReadonlyMap<string, Value>): Promise<void> {
    call('RunOptionsUnsetTerminate', this.runOptions);
    this.terminated = false;
    const handles = (values: ReadonlyMap<string, Value>) => [...values.values()].map((value) => value.handle);
    const values = [inputs, outputs];
    inUse.add(values);
    try {
      await callAsync('Run', this.handle, this.runOptions, [...inputs.keys()], handles(inputs), inputs.size, [...outputs.keys()], outputs.size, handles(outputs));
    } catch (failure) {
      if (failure instanceof RuntimeCallError && failure.message.includes('terminate flag')) throw new CancelledError();
      throw failure;
    } finally {
      inUse.delete(values);
    }
    // A GPU is handed its whole step at once and ends it; whoever asked to stop is told the same.
    if (this.terminated) throw new CancelledError();
  }

  /** Stops a run inside its step, within about 20 ms on the CPU. State updated in place may then be half new: reload the last checkpoint. */
  terminate(): void {
    this.terminated = true;
    call('RunOptionsSetTerminate', this.runOptions);
  }

  dispose(): void {
    const { api } = library();
    if (this.deviceAllocator) api.ReleaseAllocator(this.deviceAllocator);
    api.ReleaseRunOptions(this.runOptions);
    api.ReleaseSession(this.handle);
  }
}
