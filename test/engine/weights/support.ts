import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll } from 'vitest';
import type { WeightTensor, Weights } from '../../../src-main/engine/weights/tensors.ts';

/** A folder for the tests of one file, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weights-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const tensor = (shape: readonly number[], values: Iterable<number>): WeightTensor => ({ shape, data: Float32Array.from(values) });

/** A tensor of that shape holding 0, 1/8, 2/8, ..., which every float type holds exactly up to 31. */
export function counting(shape: readonly number[]): WeightTensor {
  const count = shape.reduce((product, length) => product * length, 1);
  return tensor(shape, Array.from({ length: count }, (_, index) => index / 8));
}

/** Weights as plain values, to compare and to print. */
export const plain = (weights: Weights): Record<string, { shape: readonly number[]; data: number[] }> =>
  Object.fromEntries([...weights].map(([name, { shape, data }]) => [name, { shape, data: [...data] }]));

export const concatenate = (...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? new TextEncoder().encode(part) : part)]));

/** A safetensors file with that header, as an object or as raw text, and that many bytes of zeros after it. */
export function safetensorsFile(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return concatenate(length, text, new Uint8Array(dataBytes));
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('It should have failed.');
}

/** The same file with up to three bytes changed, and perhaps cut short. */
export function damageTo(whole: Uint8Array): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 3 });
  return fc.tuple(changes, fc.oneof(fc.constant(whole.length), fc.nat(whole.length))).map(([replaced, length]) => {
    const bytes = whole.slice();
    for (const [position, value] of replaced) bytes[position] = value;
    return bytes.subarray(0, length);
  });
}
