import { InputError } from '../../../shared/domain/errors.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const marks: readonly (readonly [TextEncoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

const binaries: readonly (readonly [signature: readonly number[], what: string, advice: string])[] = [
  [[0xff, 0xfe, 0, 0], 'UTF-32 text', 'save it as UTF-8'],
  [[0x50, 0x4b, 3, 4], 'a zip archive or a spreadsheet', 'unpack it, or export the sheet as CSV'],
  [[0x1f, 0x8b], 'a gzip archive', 'unpack it first'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file', 'convert it to CSV or JSON lines'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document', 'copy its text into a CSV or JSON lines file'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Office document', 'export it as CSV'],
];

const startsWith = (bytes: Uint8Array, signature: readonly number[]): boolean => signature.every((byte, index) => bytes[index] === byte);

/** The encoding a file begins in and the length of its byte order mark. UTF-16 without a mark is known by the zero bytes of its ASCII characters. */
export function sniffEncoding(head: Uint8Array): { encoding: TextEncoding; markLength: number } {
  for (const [encoding, mark] of marks) if (startsWith(head, mark)) return { encoding, markLength: mark.length };
  const zeros = [0, 0];
  const length = Math.min(head.length, 1024) & ~1;
  for (let index = 0; index < length; index++) if (head[index] === 0) zeros[index % 2]!++;
  const [even, odd] = zeros as [number, number];
  const many = Math.max(1, length / 8);
  if (even === 0 && odd >= many) return { encoding: 'utf-16le', markLength: 0 };
  if (odd === 0 && even >= many) return { encoding: 'utf-16be', markLength: 0 };
  return { encoding: 'utf-8', markLength: 0 };
}

/** @throws InputError that says what the file is, if its beginning is not text */
export function refuseBinary(head: Uint8Array, name: string): void {
  const known = binaries.find(([signature]) => startsWith(head, signature));
  if (known) throw new InputError('file-binary', `${name} is ${known[1]}, not a text file; ${known[2]} and try again.`);
  if (sniffEncoding(head).encoding === 'utf-8' && head.includes(0)) throw new InputError('file-binary', `${name} is a binary file; give a CSV, TSV, JSON, JSON lines or text file.`);
}
