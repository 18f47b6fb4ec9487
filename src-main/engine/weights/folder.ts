import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../../shared/domain/errors.ts';
import { makeFolder, removeFile, writeFileAtomically } from './atomic.ts';
import { readPytorch } from './pytorch.ts';
import { damaged, floatSizes, isObject, quote, readJsonObject } from './reading.ts';
import { readSafetensors, writeSafetensors, type SavedType } from './safetensors.ts';
import type { ReadWeights, WeightTensor, Weights } from './tensors.ts';

const singleFile = 'model.safetensors', indexFile = 'model.safetensors.index.json';
const shardPattern = /^model-\d{5}-of-\d{5}\.safetensors$/;

/** What a model folder may hold, best first. */
const sources: readonly { file: string; read: (path: string) => Promise<ReadWeights> }[] = [
  { file: singleFile, read: readSafetensors },
  { file: indexFile, read: (path) => readShards(path, readSafetensors) },
  { file: 'pytorch_model.bin', read: readPytorch },
  { file: 'pytorch_model.bin.index.json', read: (path) => readShards(path, readPytorch) },
];

/** Far above the index of any model. */
const maxIndexBytes = 50_000_000;
/** As transformers divides a model by default, so that every file system and hub takes the files. */
const defaultShardBytes = 5_000_000_000;

/**
 * A model's weights from its folder: `model.safetensors`, `pytorch_model.bin`, or either in shards with an index.
 * @throws {InputError} `weights-missing` when there is none; and as `readSafetensors` and `readPytorch`
 */
export async function readModelWeights(folder: string): Promise<Weights> {
  const present = new Set(await listFolder(folder));
  const source = sources.find(({ file }) => present.has(file));
  if (source) return (await source.read(join(folder, source.file))).weights;
  const other = ['tf_model.h5', 'flax_model.msgpack', 'bert_model.ckpt.index'].find((file) => present.has(file));
  const reason = other ? `only ${other}, which cannot be read` : 'no weights';
  throw new InputError('weights-missing', `The folder “${folder}” holds ${reason}: it needs a model.safetensors or a pytorch_model.bin.`);
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new InputError('folder-unreadable', `The folder “${folder}” does not exist or may not be opened: choose a model's folder.`, { cause });
  }
}

async function readShards(indexPath: string, read: (path: string) => Promise<ReadWeights>): Promise<ReadWeights> {
  const { weight_map: shardOf } = await readJsonObject(indexPath, maxIndexBytes);
  if (!isObject(shardOf)) throw damaged(indexPath, 'it has no list of weights');
  const shards = new Set(Object.values(shardOf));
  for (const shard of shards) {
    if (!isFileName(shard)) throw new InputError('weights-unsafe', `“${indexPath}” points to ${quote(shard)}, which is not a file of its folder: get the model from a source you trust.`);
  }
  const weights: Weights = new Map(), skipped: string[] = [];
  for (const shard of shards as Set<string>) {
    const part = await read(join(indexPath, '..', shard));
    for (const [name, tensor] of part.weights) weights.set(name, tensor);
    skipped.push(...part.skipped);
  }
  const skippedNames = new Set(skipped);
  const absent = Object.keys(shardOf).find((name) => !weights.has(name) && !skippedNames.has(name));
  if (absent !== undefined) throw damaged(indexPath, `it lists the tensor “${absent}”, which none of its files holds`);
  return { weights, skipped };
}

/** Neither system's separators, nor a name that means a folder: also on Linux a backslash has no place in a shard's name. */
const isFileName = (name: unknown): name is string => typeof name === 'string' && !/[/\\\0:]/.test(name) && !['', '.', '..'].includes(name);

/**
 * Writes `model.safetensors`, or shards with an index when the data take more than `maxShardBytes`; makes the folder if need be, and
 * removes what an earlier call left there that is no longer part of the model. If it fails on the way the folder may hold the earlier
 * model or none, but never parts of both.
 * @param options.maxShardBytes a tensor larger than this gets a shard of its own
 * @throws {InputError} and {MachineError} as `writeSafetensors`
 */
export async function writeModelWeights(
  folder: string, weights: Weights, { dtype = 'float32', maxShardBytes = defaultShardBytes }: { dtype?: SavedType; maxShardBytes?: number } = {},
): Promise<void> {
  await makeFolder(folder);
  const shards = divide(weights, floatSizes[dtype], maxShardBytes);
  if (shards.length === 1) {
    await writeSafetensors(join(folder, singleFile), weights, { dtype });
    await removeAllBut(folder, [singleFile]);
    return;
  }
  // Without an index, shards of two models cannot be taken for one.
  await removeFile(join(folder, indexFile));
  const shardOf: Record<string, string> = {};
  const names = shards.map((_, index) => `model-${numbered(index + 1)}-of-${numbered(shards.length)}.safetensors`);
  for (const [index, shard] of shards.entries()) {
    await writeSafetensors(join(folder, names[index]!), shard, { dtype });
    for (const name of shard.keys()) shardOf[name] = names[index]!;
  }
  const index = { metadata: { total_size: sizeOf(weights, floatSizes[dtype]) }, weight_map: shardOf };
  await writeFileAtomically(join(folder, indexFile), JSON.stringify(index, null, 2) + '\n');
  await removeAllBut(folder, [indexFile, ...names]);
}

/** In the order of `weights`, each part as full as it can be; at least one part. */
function divide(weights: Weights, elementBytes: number, maxBytes: number): Weights[] {
  const shards: Weights[] = [new Map<string, WeightTensor>()];
  let filled = 0;
  for (const [name, tensor] of weights) {
    const size = tensor.data.length * elementBytes;
    if (filled > 0 && filled + size > maxBytes) {
      shards.push(new Map());
      filled = 0;
    }
    shards.at(-1)!.set(name, tensor);
    filled += size;
  }
  return shards;
}

const sizeOf = (weights: Weights, elementBytes: number): number => [...weights.values()].reduce((bytes, { data }) => bytes + data.length * elementBytes, 0);

const numbered = (value: number): string => String(value).padStart(5, '0');

async function removeAllBut(folder: string, kept: readonly string[]): Promise<void> {
  const ours = (await listFolder(folder)).filter((file) => file === singleFile || file === indexFile || shardPattern.test(file));
  for (const file of ours) if (!kept.includes(file)) await removeFile(join(folder, file));
}
