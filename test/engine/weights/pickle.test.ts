import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PickleGlobal, unpickle } from '../../../src-main/engine/weights/pickle.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import { call, dictionary, globalNamed, int, pickle, text, tuple } from './pickles.ts';
import { concatenate } from './support.ts';

const add = new PickleGlobal('maths.add', ([left, right]) => Number(left) + Number(right));
const mentioned = new PickleGlobal('maths.Number');
const rules = {
  findGlobal: (name: string) => [add, mentioned].find((global) => global.name === name),
  loadPersistent: (id: unknown) => ({ id }),
};
const load = (bytes: Uint8Array): unknown => unpickle(bytes, 'model.bin', rules);

describe('the unpickler', () => {
  it('reads numbers, texts and truth values', () => {
    expect(load(pickle(tuple(int(-5), 'K', [200], 'M', [1, 2], [0x88, 0x89], 'N', text('北京'), 'U', [2], 'ab', [0x8c, 1], 'c')))).toEqual([-5, 200, 513, true, false, null, '北京', 'ab', 'c']);
    expect(load(pickle('G', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]))).toBe(1.5);
    expect(load(pickle([0x8a, 0]))).toBe(0);
    expect(load(pickle([0x8a, 2, 0x00, 0xff]))).toBe(-256);
    expect(load(pickle([0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1]))).toBe(2n ** 64n);
  });

  it('reads tuples, lists, dictionaries and what they share by the memo', () => {
    expect(load(pickle(')', [0x85]))).toEqual([[]]);
    expect(load(pickle(int(1), int(2), [0x86], 'q', [7], '0h', [7]))).toEqual([1, 2]);
    expect(load(pickle(']', [0x94], int(1), 'a(', int(2), int(3), 'e'))).toEqual([1, 2, 3]);
    expect(load(pickle(dictionary({ a: int(1), b: tuple() })))).toEqual(new Map<string, unknown>([['a', 1], ['b', []]]));
    expect(load(pickle('}', text('a'), int(1), 's'))).toEqual(new Map([['a', 1]]));
  });

  it('calls what is allowed, in the text and the stack form of names, and asks for persistent objects', () => {
    expect(load(pickle(call(globalNamed('maths', 'add'), int(2), int(3))))).toBe(5);
    expect(load(pickle([0x95, 0, 0, 0, 0, 0, 0, 0, 0], text('maths'), text('add'), [0x93], tuple(int(2), int(3)), 'R'))).toBe(5);
    expect(load(pickle(text('key'), 'Q'))).toEqual({ id: 'key' });
  });

  it('drops the attributes of a dictionary', () => {
    expect(load(pickle('}', dictionary({ version: int(1) }), 'b'))).toEqual(new Map());
  });

  it.each<[string, Uint8Array]>([
    ['os.system', concatenate("cos\nsystem\n(S'echo hello'\ntR.")],
    ['os.system', pickle(call(globalNamed('os', 'system'), text('echo hello')))],
    ['os.system', concatenate('(ios\nsystem\n.')],
    ['os.system', pickle(text('os'), text('system'), [0x93])],
    ['builtins.eval', pickle(globalNamed('builtins', 'eval'))],
    ['maths.add.__call__', pickle(globalNamed('maths', 'add.__call__'))],
  ])('refuses the global %s and names it', (name, bytes) => {
    expect(() => load(bytes)).toThrow(expect.objectContaining({ code: 'weights-unsafe', message: expect.stringContaining(`Python code ${name},`) as string }) as Error);
  });

  it.each<[string, Uint8Array]>([
    ['makes an object of a class', pickle(globalNamed('maths', 'Number'), ')', [0x81])],
    ['gives an object a state', pickle(globalNamed('maths', 'Number'), 'Nb')],
    ['uses an extension registry', pickle([0x82, 1])],
  ])('refuses a pickle that %s', (_, bytes) => {
    expect(() => load(bytes)).toThrow(expect.objectContaining({ code: 'weights-unsafe' }) as Error);
  });

  it.each<[string, Uint8Array]>([
    ['ends before its stop', pickle(int(1)).subarray(0, -1)],
    ['has nothing to give', concatenate('.')],
    ['calls a number', pickle(call(int(1)))],
    ['calls a global that is only a name', pickle(call(globalNamed('maths', 'Number')))],
    ['calls with no tuple', pickle(globalNamed('maths', 'add'), int(1), 'R')],
    ['recalls what was never remembered', pickle('h', [3])],
    ['closes a mark that was never set', pickle('t')],
    ['appends to a number', pickle(int(1), int(2), 'a')],
    ['sets a key without a value', pickle('}(', int(1), 'u')],
    ['has a text longer than itself', pickle('X', [255, 255, 255, 127])],
    ['names a global by a number', pickle(int(1), text('add'), [0x93])],
    ['names a global without an end', concatenate('cos')],
  ])('calls a pickle damaged that %s', (_, bytes) => {
    expect(() => load(bytes)).toThrow(expect.objectContaining({ code: 'weights-damaged' }) as Error);
  });

  it('ends on any bytes with a value or a typed error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        load(concatenate(bytes, '.'));
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }), { numRuns: 2000 });
  });
});
