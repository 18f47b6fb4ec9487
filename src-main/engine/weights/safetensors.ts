import { InputError } from '../../../shared/domain/errors.ts';
import { writeFileAtomically } from './atomic.ts';
import { float32ToBfloat16, float32ToFloat16 } from './half.ts';
import { clip, damaged, floatSizes, isObject, openSource, parseJsonObject, quote, readBytes, readFloats, type FloatType, type SourceFile } from './reading.ts';
import { elementCount, isLength, type ReadWeights, type WeightTensor, type Weights } from './tensors.ts';

/** The types weights are saved in. */
export type SavedType = 'float32' | 'float16' | 'bfloat16';

/** More header than any model has; a larger one is an attack or damage, and is refused before memory is taken for it. */
const maxHeaderBytes = 100_000_000;

const floatTypes: Readonly<Record<string, FloatType>> = { F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16' };
const integerSizes: Readonly<Record<string, number>> = { I64: 8, U64: 8, I32: 4, U32: 4, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 };
const typeNames: Readonly<Record<SavedType, string>> = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' };

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly elements: number;
  /** From the start of the file, in bytes. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a safetensors file, tensor by tensor. F64, F16 and BF16 become float32; integer tensors (id buffers) are skipped and named.
 * The file is not trusted: its header is checked in full before any tensor is allocated.
 * @throws {InputError} `file-missing`, `weights-damaged`, `weights-unsupported`
 */
export async function readSafetensors(path: string): Promise<ReadWeights & { metadata: Record<string, string> }> {
  await using file = await openSource(path);
  const { entries, metadata } = await readHeader(file);
  const weights: Weights = new Map();
  const skipped: string[] = [];
  for (const entry of entries) {
    const type = floatTypes[entry.type];
    if (type) weights.set(entry.name, { shape: entry.shape, data: await readFloats(file, type, entry.start, entry.elements) });
    else skipped.push(entry.name);
  }
  return { weights, metadata, skipped };
}

async function readHeader(file: SourceFile): Promise<{ entries: Entry[]; metadata: Record<string, string> }> {
  if (file.size < 8) throw damaged(file.path, 'it is too short for a safetensors file');
  const length = new DataView((await readBytes(file, 0, 8)).buffer).getBigUint64(0, true);
  if (length > maxHeaderBytes || length > file.size - 8) throw damaged(file.path, `it says that its header is ${length} bytes long, which it cannot be`);
  const header = parseJsonObject(await readBytes(file, 8, Number(length)));
  if (!header) throw damaged(file.path, 'its header is not valid JSON');
  const { __metadata__: metadata = {}, ...tensors } = header;
  if (!isTextRecord(metadata)) throw damaged(file.path, 'its metadata is not a list of texts');
  const dataStart = 8 + Number(length);
  const entries = Object.entries(tensors).map(([name, description]) => readEntry(file.path, name, description, dataStart));
  return { entries: checkLayout(file, entries, dataStart), metadata };
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

function readEntry(path: string, name: string, description: unknown, dataStart: number): Entry {
  const { dtype, shape, data_offsets: offsets } = isObject(description) ? description : {};
  const [start, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  const elements = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (typeof dtype !== 'string' || elements === undefined || !isLength(start) || !isLength(end)) throw damaged(path, `its header does not describe the tensor “${name}”`);
  const float = Object.hasOwn(floatTypes, dtype) ? floatTypes[dtype] : undefined;
  const size = float ? floatSizes[float] : Object.hasOwn(integerSizes, dtype) ? integerSizes[dtype] : undefined;
  if (size === undefined) {
    throw new InputError('weights-unsupported', `“${path}” holds the tensor ${quote(name)} as ${clip(dtype)}, which cannot be read: save the model as float32, float16 or bfloat16.`);
  }
  if (end - start !== elements * size) throw damaged(path, `the tensor “${name}” takes ${end - start} bytes where its shape asks for ${elements * size}`);
  return { name, type: dtype, shape: shape as number[], elements, start: dataStart + start, end: dataStart + end };
}

/** The entries as they lie in the file. As the format demands, they must cover the data from first to last byte, without gaps and overlaps. */
function checkLayout(file: SourceFile, entries: readonly Entry[], dataStart: number): Entry[] {
  const ordered = entries.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let covered = dataStart;
  for (const entry of ordered) {
    if (entry.start !== covered) throw damaged(file.path, `the tensor “${entry.name}” ${entry.start < covered ? 'overlaps another' : 'leaves a gap before it'}`);
    covered = entry.end;
  }
  if (covered > file.size) throw damaged(file.path, `it should be ${covered} bytes long but has only ${file.size}`);
  if (covered < file.size) throw damaged(file.path, `it has ${file.size - covered} bytes too many at its end`);
  return ordered;
}

/**
 * Writes a safetensors file that transformers loads. Half precision rounds to nearest, one tensor at a time.
 * @throws {InputError} `weights-out-of-range` when a finite value is too large for float16. @throws {MachineError} as `writeFileAtomically`
 */
export async function writeSafetensors(
  path: string, weights: Weights, { dtype = 'float32', metadata = { format: 'pt' } }: { dtype?: SavedType; metadata?: Record<string, string> } = {},
): Promise<void> {
  await writeFileAtomically(path, encode(weights, dtype, metadata));
}

function* encode(weights: Weights, dtype: SavedType, metadata: Record<string, string>): Generator<Uint8Array> {
  const entries: [name: string, description: unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, { shape, data }] of weights) {
    const end = offset + data.length * floatSizes[dtype];
    entries.push([name, { dtype: typeNames[dtype], shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // Padded with blanks, so that the data starts at a multiple of 8 and readers may map it into memory.
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  yield length;
  yield padded;
  for (const [name, tensor] of weights) yield encodeData(name, tensor, dtype);
}

/** Little-endian like the format, because every machine this runs on is. */
function encodeData(name: string, { data }: WeightTensor, dtype: SavedType): Uint8Array {
  const elements = dtype === 'float32' ? data : dtype === 'float16' ? float32ToFloat16(data) : float32ToBfloat16(data);
  const hasInfinity = dtype === 'float16' && (elements.includes(0x7c00) || elements.includes(0xfc00));
  if (hasInfinity && data.some((value) => Math.abs(value) >= 65_520 && Number.isFinite(value))) {
    throw new InputError('weights-out-of-range', `The tensor “${name}” holds values too large for float16: save the model as bfloat16 or float32.`);
  }
  return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}
