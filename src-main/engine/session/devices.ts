import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DeviceName, DeviceReport } from '../../../shared/domain/devices.ts';
import { buildModel } from '../nn/heads.ts';
import { adamWDefaults } from '../optim/adamw.ts';
import { RandomStream } from '../random/philox.ts';
import type { BertConfig } from '../weights/config.ts';
import { device } from './device.ts';
import { libraryPath } from './native/library.ts';
import { TrainingSession, type Batch } from './training-session.ts';

/** Devices not yet measured on real hardware. */
const experimentalDevices: ReadonlySet<DeviceName> = new Set(['cuda', 'dml']);
const tolerance = 1e-3;

/** Devices that could be there on this platform; `probe` tells whether they are. */
export function candidates(platform: NodeJS.Platform = process.platform): DeviceName[] {
  const cudaLibrary = join(dirname(libraryPath()), platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so');
  return ['cpu', 'webgpu', ...(platform === 'win32' ? (['dml'] as const) : []), ...(existsSync(cudaLibrary) ? (['cuda'] as const) : [])];
}

const size = 16, length = 64;
const config: BertConfig = {
  vocabSize: 1000, hiddenSize: 256, numHiddenLayers: 2, numAttentionHeads: 4, intermediateSize: 1024, hiddenAct: 'gelu', hiddenDropoutProb: 0.1, attentionProbsDropoutProb: 0.1,
  classifierDropout: null, maxPositionEmbeddings: length, typeVocabSize: 2, initializerRange: 0.02, layerNormEps: 1e-12, padTokenId: 0, tieWordEmbeddings: true, id2label: ['no', 'yes'],
  architectures: [], extra: {},
};

function probeBatch(): Batch {
  const random = new RandomStream(1, 'order');
  const ints = (limit: number, count: number) => Int32Array.from({ length: count }, () => Math.floor(random.uniform() * limit));
  const tokens = [size, length];
  return {
    size, length,
    arrays: new Map<string, { data: Int32Array | Float32Array; shape: number[] }>([
      ['input_ids', { data: ints(config.vocabSize, size * length), shape: tokens }], ['attention_mask', { data: new Int32Array(size * length).fill(1), shape: tokens }],
      ['token_type_ids', { data: new Int32Array(size * length), shape: tokens }], ['labels', { data: ints(2, size), shape: [size] }],
      ['labels_weights', { data: new Float32Array(size).fill(1 / size), shape: [size] }], ['dropout_key', { data: Int32Array.of(7), shape: [] }],
    ]),
  };
}

/** How the weights change in one training step of a small BERT with a large rate, and the time of another step. */
async function step(name: DeviceName, threads: number): Promise<{ change: Float32Array; milliseconds: number }> {
  const model = buildModel(config, 'sequence-classification', { training: true });
  // One gradient step of plain descent: no decay, and an epsilon that outweighs the second moment.
  const session = new TrainingSession(model, new Map(), { device: device(name, threads), adamW: { ...adamWDefaults, epsilon: 1, weightDecay: 0, maxGradientNorm: Infinity } });
  const zeros = () => new Float32Array(session.layout.length), weights = zeros(), random = new RandomStream(2, 'initialisation');
  for (const { parameter, offset, size } of session.layout.placed) for (let at = offset; at < offset + size; at++) weights[at] = parameter.initial === 'ones' ? 1 : 0.02 * random.normal();
  await session.state.write({ weights, firstMoments: zeros(), secondMoments: zeros() });
  const batch = probeBatch();
  await session.gradients(batch);
  await session.state.update(1, 1);
  const changed = (await session.state.readWeights()).map((value, index) => value - (weights[index] as number));
  const before = performance.now();
  await session.gradients(batch);
  await session.state.update(0, 2);
  const milliseconds = performance.now() - before;
  session.dispose();
  return { change: changed, milliseconds };
}

/** Proves a device by a training step compared with the CPU's. Never throws; a driver may still take the process down. */
export async function probe(name: DeviceName, threads = 0): Promise<DeviceReport> {
  const experimental = experimentalDevices.has(name);
  try {
    const [reference, own] = [await step('cpu', threads), await step(name, threads)];
    const largest = reference.change.reduce((result, value) => Math.max(result, Math.abs(value)), 0);
    const largestError = reference.change.reduce((result, value, index) => Math.max(result, Math.abs(value - (own.change[index] as number))), 0) / largest;
    const usable = largestError < tolerance;
    return { name, usable, experimental, ...(!usable && { reason: 'its results differ from the CPU' }), largestError, stepMilliseconds: own.milliseconds };
  } catch (failure) {
    return { name, usable: false, experimental, reason: explain(name, failure as Error) };
  }
}

function explain(name: DeviceName, { message }: Error): string {
  if (/adapter|Vulkan|VK_/i.test(message)) return 'no GPU with a working driver was found';
  if (/cuda|cudnn|cublas/i.test(message) && name === 'cuda') return 'the CUDA libraries could not be loaded';
  return message.split('\n')[0]?.slice(0, 200) ?? 'it failed';
}
