import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readPytorch } from '../../../src-main/engine/weights/pytorch.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import { archive, call, dictionary, floats, globalNamed, int, pickle, storage, tensorOn, text, tuple, type ViewOptions } from './pickles.ts';
import { concatenate, damageTo, failureOf, plain, temporaryFolder } from './support.ts';

const path = join(temporaryFolder(), 'pytorch_model.bin');
const genuine = join(import.meta.dirname, '../../fixtures/weights/pytorch_model.bin');

async function readBytes(bytes: Uint8Array) {
  writeFileSync(path, bytes);
  return readPytorch(path);
}
const values = async (bytes: Uint8Array) => plain((await readBytes(bytes)).weights);
const single = (part: Uint8Array | string): Uint8Array => pickle(dictionary({ w: part }));

describe('a file that torch.save wrote', () => {
  it('gives its tensors row by row as float32, whatever their type and strides', async () => {
    const { weights, skipped } = await readPytorch(genuine);
    const weight = { shape: [3, 2], data: [0, 0.25, 0.5, 0.75, 1, 1.25] };
    expect(plain(weights)).toEqual({
      weight,
      bias: { shape: [3], data: [1, -2, 3.5] },
      tied: weight,
      transposed: { shape: [3, 2], data: [0, 3, 1, 4, 2, 5] },
      strided: { shape: [2, 3, 3], data: [6, 8, 10, 12, 14, 16, 18, 20, 22, 30, 32, 34, 36, 38, 40, 42, 44, 46] },
      half: { shape: [4], data: [1, 0.0999755859375, 65_504, 2 ** -24] },
      brain: { shape: [4], data: [1, 0.10009765625, 3.00405527047391e38, -1.0010069081221042e-38] },
      double: { shape: [1, 2], data: [Math.fround(0.1), Infinity] },
      scalar: { shape: [], data: [7] },
      empty: { shape: [0, 4], data: [] },
    });
    expect(skipped).toEqual(['embeddings.position_ids']);
    expect([...weights.keys()][0]).toBe('weight');
  });

  it('gives tied tensors memory of their own', async () => {
    const { weights } = await readPytorch(genuine);
    weights.get('tied')!.data.fill(9);
    expect(weights.get('weight')!.data[1]).toBe(0.25);
  });
});

describe('a state dictionary', () => {
  it('may be a plain dictionary or an ordered one made from pairs, beside things that are no tensors', async () => {
    const tensor = tensorOn(storage('0', 2));
    const data = { 0: floats(1, 2) };
    const expected = { w: { shape: [2], data: [1, 2] } };
    expect(await values(archive(pickle(dictionary({ step: int(3), w: tensor })), data))).toEqual(expected);
    const pairs = concatenate('](', tuple(text('w'), tensor), 'e');
    expect(await values(archive(pickle(call(globalNamed('collections', 'OrderedDict'), pairs)), data))).toEqual(expected);
  });

  it('may view any part of a storage in any stride', async () => {
    const anyView = fc.array(fc.nat(3), { maxLength: 3 }).chain((shape) =>
      fc.record({ shape: fc.constant(shape), strides: fc.tuple(...shape.map(() => fc.nat(5))), offset: fc.nat(4) }));
    await fc.assert(fc.asyncProperty(anyView, async ({ shape, strides, offset }) => {
      const indices = shape.reduce<number[]>((starts, length, axis) => starts.flatMap((start) => Array.from({ length }, (_, index) => start + index * strides[axis]!)), [offset]);
      expect((await values(archive(single(tensorOn(storage('0', 60), { shape, strides, offset })), { 0: floats(...Array(60).keys()) })))['w']!.data).toEqual(indices);
    }), { numRuns: 60 });
  });
});

describe('a hostile or damaged PyTorch file', () => {
  it('is refused with the name of the code it asks for, in an archive and bare', async () => {
    const command = concatenate("cos\nsystem\n(S'echo hello'\ntR.");
    await expect(readBytes(archive(command))).rejects.toMatchObject({ code: 'weights-unsafe', message: expect.stringContaining('os.system') as string });
    await expect(readBytes(archive(single(call(globalNamed('torch', 'load'), text('x')))))).rejects.toThrow('torch.load');
    await expect(readBytes(archive(single(globalNamed('torch._utils', '_rebuild_tensor_v3'))))).rejects.toThrow('torch._utils._rebuild_tensor_v3');
    await expect(readBytes(archive(single(storage('0', 2, 'UntypedStorage', 'torch.storage'))))).rejects.toThrow('torch.storage.UntypedStorage');
    expect(await failureOf(readBytes(command))).toBeInstanceOf(InputError);
  });

  it('in the format of before PyTorch 1.6 is refused with advice', async () => {
    const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
    await expect(readBytes(concatenate(magic, pickle(int(1001))))).rejects.toMatchObject({ code: 'weights-unsupported', message: expect.stringContaining('before 1.6') as string });
  });

  it.each<[string, ViewOptions]>([
    ['a shape beyond its storage', { shape: [3] }],
    ['an offset beyond its storage', { offset: 1 }],
    ['strides beyond its storage', { strides: [2] }],
    ['a shape larger than its storage, by a stride of zero', { shape: [1_000_000, 1_000_000], strides: [0, 0] }],
    ['a shape whose product overflows', { shape: Array<number>(40).fill(2 ** 30), strides: Array<number>(40).fill(0) }],
    ['a negative length', { shape: [-1] }],
    ['a negative stride', { offset: 1, strides: [-1] }],
    ['a negative offset', { offset: -1 }],
    ['more strides than lengths', { strides: [1, 1] }],
  ])('is refused for %s', async (_, view) => {
    await expect(readBytes(archive(single(tensorOn(storage('0', 2), view)), { 0: floats(1, 2) }))).rejects.toMatchObject({ code: 'weights-damaged' });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a storage that is absent', archive(single(tensorOn(storage('1', 2))), { 0: floats(1, 2) }), /“1” of a tensor are missing/],
    ['a storage longer than its record', archive(single(tensorOn(storage('0', 1_000_000_000))), { 0: floats(1, 2) }), /another size/],
    ['one storage with two sizes', archive(pickle(dictionary({ a: tensorOn(storage('0', 2)), b: tensorOn(storage('0', 1), { shape: [1] }) })), { 0: floats(1, 2) }), /another size/],
    ['tensors that use the same data over and over', archive(pickle(dictionary(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`w${index}`, tensorOn(storage('0', 2))])))), { 0: floats(1, 2) }), /over and over/],
    ['a persistent id that is no storage', archive(single(concatenate(text('x'), 'Q'))), /describes the data/],
    ['no data.pkl', zipSync({ 'archive/version': concatenate('3') }, { level: 0 }), /data\.pkl/],
    ['compressed parts', archive(single(tensorOn(storage('0', 2))), { 0: floats(1, 2) }, {}, 6), /compressed/],
    ['being no archive', concatenate('hello, world, this is no archive at all'), /not a file that torch.save wrote/],
    ['being empty', new Uint8Array(0), /ends too early/],
  ])('is refused for %s', async (_, bytes, message) => {
    await expect(readBytes(bytes)).rejects.toThrow(message);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a type of number that is not read', archive(single(tensorOn(storage('0', 2, 'ComplexFloatStorage')))), /torch.ComplexFloatStorage/],
    ['big-endian data', archive(single(tensorOn(storage('0', 2))), { 0: floats(1, 2) }, { 'archive/byteorder': concatenate('big') }), /big-endian/],
    ['holding no tensors', archive(pickle(dictionary({ epoch: int(3) }))), /state_dict/],
    ['holding no dictionary', archive(pickle(int(3))), /state_dict/],
  ])('is refused as unsupported for %s', async (_, bytes, message) => {
    await expect(readBytes(bytes)).rejects.toMatchObject({ code: 'weights-unsupported', message: expect.stringMatching(message) as string });
  });

  it('never fails in any other way, whatever bytes are changed or cut off', async () => {
    await fc.assert(fc.asyncProperty(damageTo(new Uint8Array(readFileSync(genuine))), async (bytes) => {
      const outcome = await readBytes(bytes).catch((error: unknown) => error);
      expect(outcome instanceof InputError || Array.isArray((outcome as { skipped: unknown }).skipped)).toBe(true);
    }), { numRuns: 300 });
  });
});
