import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type KoffiFunc, type LibraryHandle } from 'koffi';
import { MachineError } from '../../../../shared/domain/errors.ts';
import positions from './c-api-positions.json' with { type: 'json' };

/** An opaque native pointer. Never dereferenced on our side. */
export type Handle = { readonly opaque: unique symbol };

const require = createRequire(import.meta.url);
const supportedVersion = '1.30.';
const apiVersion = 23;

const pointer = 'void*';
const text = 'const char*';
const pointers = koffi.pointer(pointer);
const texts = koffi.pointer(text);
const dimensions = koffi.pointer('int64_t');
const result = koffi.out(pointers);

/** Argument types of the functions in use, as declared in onnxruntime_c_api.h. All return an OrtStatus*, null for success. */
const signatures = {
  CreateEnv: ['int', text, result],
  CreateSessionOptions: [result],
  EnableProfiling: [pointer, 'void*'],
  EnableMemPattern: [pointer],
  DisableMemPattern: [pointer],
  EnableCpuMemArena: [pointer],
  DisableCpuMemArena: [pointer],
  SetSessionLogSeverityLevel: [pointer, 'int'],
  SetSessionGraphOptimizationLevel: [pointer, 'int'],
  SetIntraOpNumThreads: [pointer, 'int'],
  AddFreeDimensionOverrideByName: [pointer, text, 'int64_t'],
  AddSessionConfigEntry: [pointer, text, text],
  SessionOptionsAppendExecutionProvider: [pointer, text, texts, texts, 'size_t'],
  CreateCUDAProviderOptions: [result],
  SessionOptionsAppendExecutionProvider_CUDA_V2: [pointer, pointer],
  CreateSessionFromArray: [pointer, pointer, 'size_t', pointer, result],
  CreateRunOptions: [result],
  RunOptionsSetTerminate: [pointer],
  RunOptionsUnsetTerminate: [pointer],
  Run: [pointer, pointer, texts, pointers, 'size_t', texts, 'size_t', koffi.inout(pointers)],
  CreateCpuMemoryInfo: ['int', 'int', result],
  CreateMemoryInfo: [text, 'int', 'int', 'int', result],
  CreateAllocator: [pointer, pointer, result],
  CreateTensorAsOrtValue: [pointer, dimensions, 'size_t', 'int', result],
  CreateTensorWithDataAsOrtValue: [pointer, pointer, 'size_t', dimensions, 'size_t', 'int', result],
  SessionEndProfiling: [pointer, pointer, result],
} as const;

/** Functions that return nothing. */
const releases = ['ReleaseStatus', 'ReleaseValue', 'ReleaseSession', 'ReleaseSessionOptions', 'ReleaseRunOptions', 'ReleaseAllocator', 'ReleaseMemoryInfo', 'ReleaseCUDAProviderOptions'] as const;

type NativeFunction = KoffiFunc<(...args: unknown[]) => Handle | null>;
type Api = Record<keyof typeof signatures, NativeFunction> & Record<(typeof releases)[number], (handle: Handle) => void>;

/** Where the ONNX Runtime library lies. @throws MachineError on a platform without one. */
export function libraryPath(): string {
  const file = { linux: 'libonnxruntime.so.1', win32: 'onnxruntime.dll', darwin: 'libonnxruntime.1.dylib' }[process.platform as string];
  if (!file) throw new MachineError('platform-unsupported', `ONNX Runtime has no library for ${process.platform}; Sesame Studio runs on Linux, Windows and macOS.`);
  const packageFolder = dirname(require.resolve('onnxruntime-node/package.json')).replace('app.asar', 'app.asar.unpacked');
  return join(packageFolder, 'bin', 'napi-v6', process.platform, process.arch, file);
}

interface Library {
  readonly api: Api;
  readonly version: string;
  readonly messageOf: (status: Handle) => string;
  /** Kept, because koffi unloads a library whose handle is garbage, and the functions above are mere addresses in it. */
  readonly handle: LibraryHandle;
}

// WebGPU's shader compiler recurses deeply; it overflows the 128 kB that koffi gives a worker thread's calls, which is a crash.
const stackBytes = 16 * 2 ** 20;

function load(): Library {
  koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });
  const path = libraryPath();
  let library: LibraryHandle;
  try {
    library = koffi.load(path);
  } catch (cause) {
    throw new MachineError('runtime-missing', `ONNX Runtime could not be loaded from ${path}; reinstall with "npm ci".`, { cause });
  }
  const base = library.func('OrtGetApiBase', pointer, [])() as Handle;
  const [getApi, getVersion] = koffi.decode(base, koffi.array(pointer, 2)) as [Handle, Handle];
  const version = (koffi.decode(getVersion, koffi.proto('const char* GetVersionString()')) as () => string)();
  // The table is only ever appended to, but places were checked against this version alone.
  if (!version.startsWith(supportedVersion)) {
    throw new MachineError('runtime-version', `ONNX Runtime ${version} was found where ${supportedVersion}x is needed; reinstall with "npm ci".`);
  }
  const table = (koffi.decode(getApi, koffi.proto('void* GetApi(uint32_t)')) as (version: number) => Handle)(apiVersion);
  const places = koffi.decode(table, koffi.array(pointer, Math.max(...Object.values(positions)) + 1)) as Handle[];
  const bind = (name: keyof typeof positions, returns: string, parameters: readonly unknown[]) =>
    koffi.decode(places[positions[name]], koffi.proto(`Ort${name}`, returns, parameters as string[])) as NativeFunction;
  const functions = [
    ...Object.entries(signatures).map(([name, parameters]) => [name, bind(name as keyof typeof positions, pointer, parameters)]),
    ...releases.map((name) => [name, bind(name, 'void', [pointer])]),
  ];
  const messageOf = bind('GetErrorMessage', text, [pointer]) as unknown as (status: Handle) => string;
  return { api: Object.fromEntries(functions) as Api, version, messageOf, handle: library };
}

let loaded: Library | undefined;
/** The C API of the ONNX Runtime library inside onnxruntime-node. @throws MachineError when it is absent or of another version. */
export const library = (): Library => (loaded ??= load());

/** A call into ONNX Runtime that failed; `message` is the runtime's own. */
export class RuntimeCallError extends Error {}

export function check(status: Handle | null): void {
  if (!status) return;
  const message = library().messageOf(status);
  library().api.ReleaseStatus(status);
  throw new RuntimeCallError(message);
}

/** Calls a function whose last argument receives a new handle. */
export function create(name: keyof typeof signatures, ...args: unknown[]): Handle {
  const box: [Handle | null] = [null];
  check(library().api[name](...args, box));
  return box[0] as Handle;
}

/** Calls a function that returns only a status. */
export function call(name: keyof typeof signatures, ...args: unknown[]): void {
  check(library().api[name](...args));
}

/** The same on a worker thread, so that the event loop stays free. */
export function callAsync(name: keyof typeof signatures, ...args: unknown[]): Promise<void> {
  return new Promise((resolve, reject) => {
    library().api[name].async(...args, (error: Error | null, status: Handle | null) => {
      if (error) return reject(error);
      try {
        check(status);
        resolve();
      } catch (failure) {
        reject(failure);
      }
    });
  });
}
