import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../src-main/engine/weights/safetensors.ts';
import type { Weights } from '../../../src-main/engine/weights/tensors.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import { counting, damageTo, failureOf, plain, safetensorsFile, temporaryFolder, tensor } from './support.ts';

const folder = temporaryFolder();
const path = join(folder, 'model.safetensors');

async function readBytes(bytes: Uint8Array) {
  writeFileSync(path, bytes);
  return readSafetensors(path);
}

describe('a safetensors file', () => {
  const weights: Weights = new Map([['encoder.weight', counting([4, 5])], ['encoder.bias', counting([5])], ['scale', tensor([], [-2])], ['empty', tensor([0, 3], [])]]);

  it.each(['float32', 'float16', 'bfloat16'] as const)('comes back as it was written in %s', async (dtype) => {
    await writeSafetensors(path, weights, { dtype });
    const read = await readSafetensors(path);
    expect(plain(read.weights)).toEqual(plain(weights));
    expect(read.metadata).toEqual({ format: 'pt' });
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });

  it('keeps any name, shape and float32, and its metadata', async () => {
    const anyTensor = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return fc.array(fc.float(), { minLength: length, maxLength: length }).map((values) => tensor(shape, values));
    });
    const anyName = fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__' && name.isWellFormed());
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(anyName, anyTensor), { maxLength: 5 }), fc.dictionary(fc.string(), fc.string()), async (entries, metadata) => {
      const written = new Map(entries);
      await writeSafetensors(path, written, { metadata });
      const read = await readSafetensors(path);
      expect(Object.entries(read.metadata).toSorted()).toEqual(Object.entries(metadata).toSorted());
      expect(new Map([...read.weights].toSorted())).toEqual(new Map([...written].toSorted()));
    }), { numRuns: 40 });
  });

  it('starts its data at a multiple of eight bytes', async () => {
    await writeSafetensors(path, new Map([['odd', counting([1])]]));
    expect(readFileSync(path).readUInt32LE(0) % 8).toBe(0);
  });

  it('refuses to turn a finite value into infinity when saving as float16, and leaves no file behind', async () => {
    const large = join(folder, 'large.safetensors');
    await expect(writeSafetensors(large, new Map([['huge', tensor([1], [1e6])]]), { dtype: 'float16' })).rejects.toMatchObject({ code: 'weights-out-of-range' });
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
    await writeSafetensors(path, new Map([['limits', tensor([2], [65_519, Infinity])]]), { dtype: 'float16' });
    expect(plain((await readSafetensors(path)).weights)['limits']!.data).toEqual([65_504, Infinity]);
  });

  it('reads float64 as float32 and skips integers', async () => {
    const header = { a: { dtype: 'F64', shape: [2], data_offsets: [8, 24] }, 'embeddings.position_ids': { dtype: 'I64', shape: [1], data_offsets: [0, 8] } };
    const bytes = safetensorsFile(header, 24);
    new DataView(bytes.buffer).setFloat64(bytes.length - 8, 0.1, true);
    const read = await readBytes(bytes);
    expect(plain(read.weights)).toEqual({ a: { shape: [2], data: [0, Math.fround(0.1)] } });
    expect(read.skipped).toEqual(['embeddings.position_ids']);
  });

  it('gives tensors that share no memory', async () => {
    await writeSafetensors(path, new Map([['a', counting([2])], ['b', counting([2])]]));
    const { weights: read } = await readSafetensors(path);
    read.get('a')!.data.fill(9);
    expect([...read.get('b')!.data]).toEqual([0, 0.125]);
  });
});

describe('a damaged or hostile safetensors file', () => {
  const one = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };

  it.each<[string, Uint8Array, RegExp]>([
    ['is empty', new Uint8Array(0), /too short/],
    ['announces a header beyond its end', Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 123, 125), /header is 200 bytes/],
    ['announces a header of 2^63 bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 123, 125), /header is 9223372036854775808 bytes/],
    ['has a header that is not JSON', safetensorsFile('{"a":', 0), /not valid JSON/],
    ['has a header that is a list', safetensorsFile('[]', 0), /not valid JSON/],
    ['has metadata that are not texts', safetensorsFile({ __metadata__: { a: 1 } }, 0), /metadata/],
    ['describes a tensor without a shape', safetensorsFile({ a: { dtype: 'F32', data_offsets: [0, 8] } }, 8), /describe the tensor “a”/],
    ['has a negative length', safetensorsFile({ a: { ...one, shape: [-2] } }, 8), /describe the tensor “a”/],
    ['has a shape whose product overflows', safetensorsFile({ a: { ...one, shape: [2 ** 40, 2 ** 40] } }, 8), /describe the tensor “a”/],
    ['has a shape larger than its data', safetensorsFile({ a: { ...one, shape: [2 ** 30] } }, 8), /takes 8 bytes where its shape asks for/],
    ['has offsets that are no numbers', safetensorsFile({ a: { ...one, data_offsets: ['0', '8'] } }, 8), /describe the tensor “a”/],
    ['has offsets in the wrong order', safetensorsFile({ a: { ...one, data_offsets: [8, 0] } }, 8), /takes -8 bytes/],
    ['has overlapping tensors', safetensorsFile({ a: one, b: { ...one, data_offsets: [4, 12] } }, 12), /overlaps/],
    ['has a gap between tensors', safetensorsFile({ a: one, b: { ...one, data_offsets: [12, 20] } }, 20), /gap/],
    ['is cut short', safetensorsFile({ a: one }, 5), /should be \d+ bytes long but has only/],
    ['has bytes after its last tensor', safetensorsFile({ a: one }, 11), /3 bytes too many/],
  ])('is refused when it %s', async (_, bytes, message) => {
    const error = await failureOf(readBytes(bytes));
    expect(error).toBeInstanceOf(InputError);
    expect(error.code).toBe('weights-damaged');
    expect(error.message).toMatch(message);
  });

  it('is refused by its header alone when that is over 100 MB, before memory is taken', async () => {
    writeFileSync(path, Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0));
    truncateSync(path, 200_000_000); // sparse: takes no room on the disk
    await expect(readSafetensors(path)).rejects.toThrow(/header is 100000001 bytes/);
  });

  it('is refused by name of the type when that is unknown', async () => {
    await expect(readBytes(safetensorsFile({ a: { dtype: 'F8_E4M3', shape: [2], data_offsets: [0, 2] } }, 2))).rejects.toMatchObject({ code: 'weights-unsupported', message: expect.stringContaining('F8_E4M3') as string });
    await expect(readBytes(safetensorsFile({ a: { ...one, dtype: 'toString' } }, 8))).rejects.toMatchObject({ code: 'weights-unsupported' });
  });

  it('is named when it does not exist or is a folder', async () => {
    await expect(readSafetensors(join(folder, 'absent.safetensors'))).rejects.toMatchObject({ code: 'file-missing' });
    await expect(readSafetensors(folder)).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('never fails in any other way, whatever bytes are changed or cut off', async () => {
    await writeSafetensors(path, new Map([['a', counting([2, 2])], ['b', counting([3])]]));
    const whole = new Uint8Array(readFileSync(path));
    await fc.assert(fc.asyncProperty(damageTo(whole), async (bytes) => {
      const outcome = await readBytes(bytes).catch((error: unknown) => error);
      expect(outcome instanceof InputError || typeof (outcome as { metadata: unknown }).metadata === 'object').toBe(true);
    }), { numRuns: 200 });
  });
});
