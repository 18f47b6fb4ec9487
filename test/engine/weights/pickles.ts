import { zipSync, type Zippable } from 'fflate';
import { concatenate } from './support.ts';

/** A piece of a pickle: these functions put pickles together opcode by opcode, to make files that torch.save would not. */
type Part = Uint8Array | readonly number[] | string;

export const stop = '.';
export const globalNamed = (module: string, name: string): string => `c${module}\n${name}\n`;
export const text = (value: string): Uint8Array => concatenate('X', int32Bytes(new TextEncoder().encode(value).length), value);
export const int = (value: number): Uint8Array => concatenate('J', int32Bytes(value));
export const tuple = (...parts: readonly Part[]): Uint8Array => concatenate('(', ...parts, 't');
export const call = (callable: Part, ...values: readonly Part[]): Uint8Array => concatenate(callable, tuple(...values), 'R');
export const dictionary = (entries: Readonly<Record<string, Part>>): Uint8Array =>
  concatenate('}(', ...Object.entries(entries).flatMap(([key, value]) => [text(key), value]), 'u');
export const pickle = (...parts: readonly Part[]): Uint8Array => concatenate([0x80, 2], ...parts, stop);

function int32Bytes(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** A storage as torch.save refers to it. */
export const storage = (key: string, elements: number, type = 'FloatStorage', module = 'torch'): Uint8Array =>
  concatenate(tuple(text('storage'), globalNamed(module, type), text(key), text('cpu'), int(elements)), 'Q');

export interface ViewOptions { offset?: number; shape?: readonly number[]; strides?: readonly number[] }
/** A tensor on a storage, as torch.save writes it. */
export function tensorOn(storagePart: Uint8Array, { offset = 0, shape = [2], strides = [1] }: ViewOptions = {}): Uint8Array {
  const callable = globalNamed('torch._utils', '_rebuild_tensor_v2');
  return call(callable, storagePart, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), [0x89], call(globalNamed('collections', 'OrderedDict')));
}

/** The zip archive torch.save would write around that pickle and those storages. */
export function archive(data: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}, more: Zippable = {}, level: 0 | 6 = 0): Uint8Array {
  const parts: Zippable = { 'archive/data.pkl': data };
  for (const [key, bytes] of Object.entries(storages)) parts[`archive/data/${key}`] = bytes;
  return zipSync({ ...parts, ...more }, { level });
}

export const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
