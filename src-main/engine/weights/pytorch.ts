import { InputError } from '../../../shared/domain/errors.ts';
import { PickleGlobal, unpickle, type PickleRules } from './pickle.ts';
import { clip, damaged, floatSizes, openSource, readBytes, readFloats, type FloatType, type SourceFile } from './reading.ts';
import { gatherStrided, isContiguous, spannedElements } from './strides.ts';
import { elementCount, isLength, type ReadWeights, type WeightTensor } from './tensors.ts';
import { readZipDirectory, type ZipRecord } from './zip.ts';

/** A run of elements in the archive, which tensors are views of. Two tensors with the same key share it. */
class Storage {
  readonly key: string;
  readonly type: FloatType | 'integer';
  readonly elements: number;

  constructor(key: string, type: FloatType | 'integer', elements: number) {
    this.key = key;
    this.type = type;
    this.elements = elements;
  }
}

/** A strided view of a storage; all in elements. */
class TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const floatStorages: ReadonlyMap<string, FloatType> = new Map([
  ['torch.FloatStorage', 'float32'], ['torch.HalfStorage', 'float16'], ['torch.BFloat16Storage', 'bfloat16'], ['torch.DoubleStorage', 'float64'],
]);
const integerStorages = ['Long', 'Int', 'Short', 'Char', 'Byte', 'Bool'].map((name) => `torch.${name}Storage`);

/** A hundred thousand tensors' worth; a byte of pickle can cost fifty of memory, so the bound is far below that of the data. */
const maxPickleBytes = 10_000_000;
/** How many times over the tensors may use the storages: tied weights do so a few times, a file made to fill the memory does endlessly. */
const maxReuse = 16;
/** The first bytes of a file from before PyTorch 1.6: a pickle of the number 0x1950a86a20f9469cfc6c. */
const legacyStart = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/**
 * Reads the state dictionary in a file that `torch.save` wrote (the zip format of PyTorch 1.6 and later), without running any of its code.
 * Half and double precision become float32; integer tensors (id buffers) are skipped and named; what is not a tensor is passed over.
 * The file is not trusted: every view is checked against its storage, and every storage against the file, before memory is taken.
 * @throws {InputError} `file-missing`, `weights-damaged`, `weights-unsafe`, `weights-unsupported`
 */
export async function readPytorch(path: string): Promise<ReadWeights> {
  await using file = await openSource(path);
  await refuseLegacy(file);
  const records = await readZipDirectory(file);
  const pickleName = [...records.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (!pickleName) throw damaged(path, 'it has no list of tensors (data.pkl)');
  const folder = pickleName.slice(0, -'data.pkl'.length);
  await refuseBigEndian(file, records.get(`${folder}byteorder`));
  const pickleRecord = records.get(pickleName)!;
  if (pickleRecord.size > maxPickleBytes) throw damaged(path, 'its list of tensors is far too long');
  const root = unpickle(await readBytes(file, pickleRecord.start, pickleRecord.size), path, rulesFor(path));
  const views = findViews(path, root);
  const floatViews = views.filter(([, view]) => view.storage.type !== 'integer');
  const places = placeStorages(file, floatViews.map(([, view]) => view), (key) => records.get(`${folder}data/${key}`));
  const tensors = await readTensors(file, floatViews, places);
  return {
    weights: new Map(floatViews.map(([name]) => [name, tensors.get(name)!])),
    skipped: views.filter(([, view]) => view.storage.type === 'integer').map(([name]) => name),
  };
}

async function refuseLegacy(file: SourceFile): Promise<void> {
  const start = await readBytes(file, 0, Math.min(file.size, legacyStart.length));
  if (start.length < legacyStart.length || legacyStart.some((byte, index) => start[index] !== byte)) return;
  throw new InputError('weights-unsupported', `“${file.path}” is in the format of PyTorch before 1.6, which is not read: load it with a newer PyTorch and save it again, best as model.safetensors.`);
}

async function refuseBigEndian(file: SourceFile, record: ZipRecord | undefined): Promise<void> {
  if (!record || record.size > 16) return;
  if (new TextDecoder().decode(await readBytes(file, record.start, record.size)) !== 'big') return;
  throw new InputError('weights-unsupported', `“${file.path}” was saved on a big-endian machine: save it again as model.safetensors.`);
}

/** The only globals of a state dictionary's pickle, and what stands for their calls here. */
function rulesFor(path: string): PickleRules {
  const globals = new Map<string, PickleGlobal>([
    new PickleGlobal('torch._utils._rebuild_tensor_v2', (values) => rebuildTensor(path, values)),
    // A parameter is its tensor; whether it wants a gradient is for the training to say.
    new PickleGlobal('torch._utils._rebuild_parameter', ([tensor]) => tensor),
    new PickleGlobal('collections.OrderedDict', ([pairs]) => rebuildDictionary(path, pairs)),
    ...[...floatStorages.keys(), ...integerStorages].map((name) => new PickleGlobal(name)),
  ].map((global) => [global.name, global]));
  return {
    findGlobal(name) {
      if (/^torch\.\w+Storage$/.test(name) && !globals.has(name)) {
        throw new InputError('weights-unsupported', `“${path}” holds tensors of ${clip(name)}, which cannot be read: save the model as float32, float16 or bfloat16.`);
      }
      return globals.get(name);
    },
    loadPersistent: (id) => rebuildStorage(path, id),
  };
}

/** `id`: ('storage', storage class, key, device, number of elements). */
function rebuildStorage(path: string, id: unknown): Storage {
  const [kind, storageClass, key, , elements] = Array.isArray(id) ? (id as unknown[]) : [];
  if (kind !== 'storage' || !(storageClass instanceof PickleGlobal) || storageClass.call || typeof key !== 'string' || !isLength(elements)) {
    throw damaged(path, 'it describes the data of a tensor wrongly');
  }
  return new Storage(key, floatStorages.get(storageClass.name) ?? 'integer', elements);
}

/** `values`: (storage, offset, shape, strides, ...). */
function rebuildTensor(path: string, [storage, offset, shape, strides]: readonly unknown[]): TensorView {
  const rightKinds = storage instanceof Storage && isLength(offset) && Array.isArray(shape) && Array.isArray(strides);
  if (!rightKinds || shape.length !== strides.length || !strides.every(isLength)) throw damaged(path, 'it describes a tensor wrongly');
  const count = elementCount(shape);
  // A view with stride 0 may have more elements than its storage; weights never do, and a file must not make us allocate them.
  if (count === undefined || count > storage.elements || offset + spannedElements(shape, strides) > storage.elements) {
    throw damaged(path, 'a tensor reaches beyond its data');
  }
  return new TensorView(storage, offset, shape as number[], strides);
}

/** Python 2 wrote an ordered dictionary as a call with a list of pairs; later ones call it without and set the items one by one. */
function rebuildDictionary(path: string, pairs: unknown = []): Map<unknown, unknown> {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) throw damaged(path, 'it describes a dictionary wrongly');
  return new Map(pairs as [unknown, unknown][]);
}

function findViews(path: string, root: unknown): [name: string, view: TensorView][] {
  const views = root instanceof Map ? [...root].filter((item): item is [string, TensorView] => typeof item[0] === 'string' && item[1] instanceof TensorView) : [];
  if (views.length > 0) return views;
  throw new InputError('weights-unsupported', `“${path}” holds no dictionary of tensors: save the model's state_dict() alone, best as model.safetensors.`);
}

/** Where each storage in use lies, by key and in the order of the file. */
function placeStorages(file: SourceFile, views: readonly TensorView[], find: (key: string) => ZipRecord | undefined): Map<string, ZipRecord> {
  const places = new Map<string, ZipRecord>(), storages = new Map<string, Storage>();
  for (const { storage } of views) {
    const place = find(storage.key);
    const known = storages.get(storage.key) ?? storage;
    if (!place) throw damaged(file.path, `the data “${storage.key}” of a tensor are missing`);
    if (known.type !== storage.type || known.elements !== storage.elements || storage.elements * floatSizes[storage.type as FloatType] > place.size) {
      throw damaged(file.path, `the data “${storage.key}” of a tensor have another size than announced`);
    }
    storages.set(storage.key, storage);
    places.set(storage.key, place);
  }
  const stored = [...places.values()].reduce((bytes, { size }) => bytes + size, 0);
  const held = [...storages.values()].reduce((elements, storage) => elements + storage.elements, 0);
  const wanted = views.reduce((elements, { shape }) => elements + elementCount(shape)!, 0);
  if (stored > file.size || wanted > maxReuse * held) throw damaged(file.path, 'its tensors use the same data over and over');
  return new Map([...places].toSorted(([, a], [, b]) => a.start - b.start));
}

/** One storage at a time, so that at most one is held beside the tensors made. */
async function readTensors(file: SourceFile, views: readonly [string, TensorView][], places: ReadonlyMap<string, ZipRecord>): Promise<Map<string, WeightTensor>> {
  const viewsOf = Map.groupBy(views, ([, view]) => view.storage.key);
  const tensors = new Map<string, WeightTensor>();
  for (const [key, { start }] of places) {
    const users = viewsOf.get(key)!;
    const { type, elements } = users[0]![1].storage;
    const data = await readFloats(file, type as FloatType, start, elements);
    for (const [index, [name, { offset, shape, strides }]] of users.entries()) {
      // The last view may keep the array itself if it is all of it; the others get copies, since tensors share no memory.
      const isWhole = index === users.length - 1 && elementCount(shape) === elements && isContiguous(shape, strides);
      tensors.set(name, { shape, data: isWhole ? data : gatherStrided(data, offset, shape, strides) });
    }
  }
  return tensors;
}
