import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../../shared/domain/errors.ts';
import { sniffEncoding } from '../../../src-main/datasets/source/encoding.ts';
import { recoder } from '../../../src-main/datasets/source/recoding.ts';

const wellFormed = fc.string({ unit: 'binary' });

/** Recodes bytes given in pieces of a length. */
const recode = (bytes: Buffer, encoding: 'utf-8' | 'utf-16le' | 'utf-16be', length: number): string => {
  const take = recoder(encoding, 'a.csv', 0);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += length) pieces.push(take(Buffer.from(bytes.subarray(at, at + length)), false).toString());
  return pieces.join('') + take(Buffer.alloc(0), true).toString();
};

test('UTF-8 text comes through whole however it is cut', () => {
  fc.assert(fc.property(wellFormed, fc.integer({ min: 1, max: 9 }), (text, length) => {
    expect(recode(Buffer.from(text), 'utf-8', length)).toBe(text);
  }));
});

test('UTF-16 text of both byte orders becomes UTF-8 however it is cut', () => {
  fc.assert(fc.property(wellFormed, fc.integer({ min: 1, max: 9 }), (text, length) => {
    const bytes = Buffer.from(text, 'utf16le');
    expect(recode(bytes, 'utf-16le', length)).toBe(text);
    expect(recode(Buffer.from(bytes).swap16(), 'utf-16be', length)).toBe(text);
  }));
});

test.each([
  ['a Latin-1 letter', 'ab\ncaf\xe9\n', 6, 2, 'E9'],
  ['a stray continuation byte', 'a\x80b', 1, 1, '80'],
  ['a byte that UTF-8 never has', '\n\n\xff\xff\xff\xff', 2, 3, 'FF'],
  ['a character cut off by the end', 'abc\xe4\xbd', 3, 1, 'E4'],
  ['a GB18030 word', '\xc4\xe3\xba\xc3', 0, 1, 'C4'],
])('%s is reported with its byte and line, however it is cut', (_what, latin, byte, line, value) => {
  for (const length of [1, 2, 3, 100]) {
    expect(() => recode(Buffer.from(latin, 'latin1'), 'utf-8', length)).toThrow(new RegExp(`a\\.csv is not UTF-8: byte ${byte} \\(line ${line}\\) is 0x${value};`));
  }
});

test('UTF-16 with half a surrogate pair or half a unit is damaged', () => {
  for (const bytes of [Buffer.from('a\uD800b', 'utf16le'), Buffer.from('a\uD800', 'utf16le'), Buffer.from([0x61, 0, 0x62])]) {
    expect(() => recode(bytes, 'utf-16le', 2)).toThrow(InputError);
  }
});

test('the encoding is known by its mark, or by the zero bytes of ASCII in UTF-16', () => {
  expect(sniffEncoding(Buffer.from('\uFEFFa'))).toEqual({ encoding: 'utf-8', markLength: 3 });
  expect(sniffEncoding(Buffer.from('\uFEFF中', 'utf16le'))).toEqual({ encoding: 'utf-16le', markLength: 2 });
  expect(sniffEncoding(Buffer.from('\uFEFF中', 'utf16le').swap16())).toEqual({ encoding: 'utf-16be', markLength: 2 });
  expect(sniffEncoding(Buffer.from('text,label', 'utf16le'))).toEqual({ encoding: 'utf-16le', markLength: 0 });
  expect(sniffEncoding(Buffer.from('text,label', 'utf16le').swap16())).toEqual({ encoding: 'utf-16be', markLength: 0 });
  expect(sniffEncoding(Buffer.from('text,label'))).toEqual({ encoding: 'utf-8', markLength: 0 });
});
