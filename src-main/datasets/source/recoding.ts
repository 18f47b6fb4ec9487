import { isUtf8 } from 'node:buffer';
import { brokenUtf16, notUtf8 } from '../problems.ts';
import type { TextEncoding } from './encoding.ts';

/** Takes a file's bytes piece by piece and gives the same text as UTF-8, cut between characters. `last` says that no more follows. */
export type Recoder = (piece: Buffer, last: boolean) => Buffer;

/** @param offset bytes of the byte order mark before the first piece @throws InputError at the first byte that is not of the encoding */
export const recoder = (encoding: TextEncoding, name: string, offset: number): Recoder => (encoding === 'utf-8' ? checkUtf8(name, offset) : fromUtf16(name, encoding === 'utf-16be'));

function checkUtf8(name: string, offset: number): Recoder {
  let carried: Buffer = Buffer.alloc(0);
  let position = offset;
  let line = 1;
  return (piece, last) => {
    const bytes = carried.length > 0 ? Buffer.concat([carried, piece]) : piece;
    const whole = last ? bytes : bytes.subarray(0, completeLength(bytes));
    if (!isUtf8(whole)) {
      const fault = firstInvalid(whole);
      throw notUtf8(name, position + fault, line + lineFeeds(whole.subarray(0, fault)), whole[fault]!);
    }
    carried = bytes.subarray(whole.length);
    position += whole.length;
    line += lineFeeds(whole);
    return whole;
  };
}

/** How many of the bytes remain when a character that is cut off at the end is left out. */
function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    const continues = (byte & 0xc0) === 0x80;
    if (continues) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Where the first bad sequence begins: every shorter beginning of the bytes is valid but for a character cut off at its end, every longer one is not. */
function firstInvalid(bytes: Buffer): number {
  const validTo = (length: number): boolean => isUtf8(bytes.subarray(0, completeLength(bytes.subarray(0, length))));
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (validTo(middle)) valid = middle;
    else invalid = middle;
  }
  return completeLength(bytes.subarray(0, valid));
}

function lineFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

function fromUtf16(name: string, bigEndian: boolean): Recoder {
  let carried: Buffer = Buffer.alloc(0);
  return (piece, last) => {
    const bytes = Buffer.concat([carried, piece]);
    let length = bytes.length & ~1;
    const lastUnitHigh = length > 0 ? bytes[length - (bigEndian ? 2 : 1)]! : 0;
    const cutInPair = lastUnitHigh >= 0xd8 && lastUnitHigh <= 0xdb;
    if (cutInPair && !last) length -= 2;
    carried = Buffer.from(bytes.subarray(length));
    const units = bytes.subarray(0, length);
    const text = (bigEndian ? units.swap16() : units).toString('utf16le');
    if (!text.isWellFormed() || (last && carried.length > 0)) throw brokenUtf16(name);
    return Buffer.from(text, 'utf8');
  };
}
