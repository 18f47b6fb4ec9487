import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../shared/domain/errors.ts';
import { isObject, quote, readJsonObject } from '../engine/weights/reading.ts';

/** What a file is to a model. `card` files describe it and hold its licence: kept with it, but no part of what it computes. */
export type FileRole = 'config' | 'tokenizer' | 'weights' | 'card';

export interface NamedFile {
  /** A plain file name, never a path. */
  readonly name: string;
  readonly role: FileRole;
}

export interface ModelFile extends NamedFile {
  /** In bytes. */
  readonly size: number;
}

/** In the order in which the engine's `readModelWeights` prefers them: a folder's other weights are never read. */
const weightFiles = ['model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin', 'pytorch_model.bin.index.json'];
const tokenizerFiles = ['tokenizer.json', 'vocab.txt', 'tokenizer_config.json', 'special_tokens_map.json'];
const cardFiles = ['README.md', 'LICENSE', 'LICENSE.txt', 'LICENSE.md'];

/** Every name that `chooseFiles` may choose, for hubs that cannot list a model's files. */
export const knownFiles: readonly string[] = ['config.json', ...tokenizerFiles, ...cardFiles, ...weightFiles];

const maxIndexBytes = 50_000_000;

/**
 * Which of the files present make up the model, the small ones first. Shards are not among them: an index must be read to know them.
 * @param where the folder or the hub's model, as messages name it
 * @throws {InputError} `config-missing`, `tokenizer-missing`, `weights-missing`
 */
export function chooseFiles(present: ReadonlySet<string>, where: string): NamedFile[] {
  const chosen = (names: readonly string[], role: FileRole): NamedFile[] => names.filter((name) => present.has(name)).map((name) => ({ name, role }));
  if (!present.has('config.json')) throw new InputError('config-missing', `“${where}” has no config.json, so it is not a model in Hugging Face layout: choose the folder that holds the model's files.`);
  if (!present.has('tokenizer.json') && !present.has('vocab.txt')) throw new InputError('tokenizer-missing', `“${where}” has no tokenizer: put the model's tokenizer.json or vocab.txt beside its config.json.`);
  const [weights] = chosen(weightFiles, 'weights');
  if (!weights) throw new InputError('weights-missing', `“${where}” has no weights that can be read: it needs a model.safetensors or a pytorch_model.bin.`);
  return [{ name: 'config.json', role: 'config' }, ...chosen(tokenizerFiles, 'tokenizer'), ...chosen(cardFiles, 'card'), weights];
}

export const isIndex = ({ name }: NamedFile): boolean => name.endsWith('.index.json');

/**
 * The names of the shards that an index lists.
 * @throws {InputError} `weights-unsafe` if one is anything but a weight file's plain name; `weights-damaged`, and as `readJsonObject`
 */
export async function shardsOf(indexPath: string): Promise<NamedFile[]> {
  const { weight_map: shardOf } = await readJsonObject(indexPath, maxIndexBytes);
  if (!isObject(shardOf)) throw new InputError('weights-damaged', `“${indexPath}” is damaged: it has no list of weights; copy or download it again.`);
  return [...new Set(Object.values(shardOf))].map((name) => {
    if (!isShardName(name)) throw new InputError('weights-unsafe', `“${indexPath}” points to ${quote(name)}, which is not a weight file of its folder: get the model from a source you trust.`);
    return { name, role: 'weights' };
  });
}

/** The name becomes a path and part of an address: letters, digits, and no dots or dashes to begin with. */
const isShardName = (name: unknown): name is string => typeof name === 'string' && /^\w[\w.-]{0,200}\.(?:safetensors|bin)$/.test(name);

/**
 * The files of the model in a folder, shards included, with their sizes.
 * @throws {InputError} `folder-missing`, `folder-unreadable`, `file-missing` for a shard; as `chooseFiles` and `shardsOf`
 */
export async function findModelFiles(folder: string): Promise<ModelFile[]> {
  const named = chooseFiles(new Set(await listFolder(folder)), folder);
  const index = named.find(isIndex);
  if (index) named.push(...(await shardsOf(join(folder, index.name))));
  return Promise.all(named.map(async (file) => ({ ...file, size: await sizeOf(join(folder, file.name)) })));
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new InputError('folder-missing', `There is no folder “${folder}”: check its name, or choose a model from the library.`, { cause });
    if (code === 'ENOTDIR') throw new InputError('folder-unreadable', `“${folder}” is a file: choose the folder that holds the model's files.`, { cause });
    throw new InputError('folder-unreadable', `The folder “${folder}” cannot be opened: check that you may read it.`, { cause });
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InputError('file-missing', `There is no file “${path}”, which the model needs: copy or download the model again.`, { cause });
  });
  if (!found.isFile()) throw new InputError('file-unreadable', `“${path}” is not a file: copy or download the model again.`);
  return found.size;
}
