import { damaged, readBytes, type SourceFile } from './reading.ts';

/** Where a stored (uncompressed) file lies in a zip archive, in bytes from the archive's start. */
export interface ZipRecord {
  readonly start: number;
  readonly size: number;
}

const signatures = { local: 0x0403_4b50, central: 0x0201_4b50, end: 0x0605_4b50, end64: 0x0606_4b50, locator64: 0x0706_4b50 };
/** Fixed part of each structure. */
const lengths = { local: 30, central: 46, end: 22, end64: 56, locator64: 20 };
const maxCommentBytes = 65_535, maxDirectoryBytes = 100_000_000;
/** A 32-bit field that says "see the 64-bit one". */
const in64 = 0xffff_ffff;

/**
 * The records of a zip archive by name; only the directory is read. The archives torch.save writes are never compressed,
 * so that a record can be read in place, and use 64-bit fields once they pass 4 GB (or always).
 * @throws {InputError} `weights-damaged` if it is no zip archive, is cut short, points outside itself, or is compressed
 */
export async function readZipDirectory(file: SourceFile): Promise<Map<string, ZipRecord>> {
  const { start, size } = await findDirectory(file);
  if (size > maxDirectoryBytes || start + size > file.size) throw damaged(file.path, 'its list of contents points outside the file');
  const directory = await readBytes(file, start, size);
  const view = new DataView(directory.buffer);
  const records = new Map<string, ZipRecord>();
  for (let position = 0; position < size;) {
    if (position + lengths.central > size || view.getUint32(position, true) !== signatures.central) throw damaged(file.path, 'its list of contents is broken');
    const nameLength = view.getUint16(position + 28, true), extraLength = view.getUint16(position + 30, true), commentLength = view.getUint16(position + 32, true);
    const nameStart = position + lengths.central, next = nameStart + nameLength + extraLength + commentLength;
    if (next > size) throw damaged(file.path, 'its list of contents is broken');
    const name = new TextDecoder().decode(directory.subarray(nameStart, nameStart + nameLength));
    if (view.getUint16(position + 10, true) !== 0) throw damaged(file.path, `its part “${name}” is compressed, which PyTorch never does`);
    const extra = new DataView(directory.buffer, nameStart + nameLength, extraLength);
    const [recordSize, localStart] = wideFields(extra, [view.getUint32(position + 24, true), view.getUint32(position + 20, true), view.getUint32(position + 42, true)]);
    records.set(name, { start: await findData(file, name, localStart, recordSize), size: recordSize });
    position = next;
  }
  return records;
}

/** The directory's own place, from the record at the archive's end or its 64-bit form. */
async function findDirectory(file: SourceFile): Promise<ZipRecord> {
  const tailStart = Math.max(0, file.size - lengths.end - maxCommentBytes);
  const tail = new DataView((await readBytes(file, tailStart, file.size - tailStart)).buffer);
  let end = tail.byteLength - lengths.end;
  while (end >= 0 && tail.getUint32(end, true) !== signatures.end) end--;
  if (end < 0) throw damaged(file.path, 'it ends too early, or is not a file that torch.save wrote');
  const start = tail.getUint32(end + 16, true), size = tail.getUint32(end + 12, true);
  if (start !== in64 && size !== in64) return { start, size };
  const locator = end - lengths.locator64;
  if (locator < 0 || tail.getUint32(locator, true) !== signatures.locator64) throw damaged(file.path, 'its list of contents is broken');
  const end64Start = Number(tail.getBigUint64(locator + 8, true));
  if (end64Start + lengths.end64 > file.size) throw damaged(file.path, 'its list of contents is broken');
  const end64 = new DataView((await readBytes(file, end64Start, lengths.end64)).buffer);
  if (end64.getUint32(0, true) !== signatures.end64) throw damaged(file.path, 'its list of contents is broken');
  return { start: Number(end64.getBigUint64(48, true)), size: Number(end64.getBigUint64(40, true)) };
}

/** [size, local header's start]: of [size, stored size, start], those that do not fit 32 bits stand in this order in the extra field 1. */
function wideFields(extra: DataView, narrow: readonly [number, number, number]): [number, number] {
  const wide: number[] = [...narrow];
  for (let position = 0; position + 4 <= extra.byteLength;) {
    const id = extra.getUint16(position, true), end = position + 4 + extra.getUint16(position + 2, true);
    let field = position + 4;
    for (let index = 0; id === 1 && index < wide.length; index++) {
      if (narrow[index] !== in64 || field + 8 > Math.min(end, extra.byteLength)) continue;
      wide[index] = Number(extra.getBigUint64(field, true));
      field += 8;
    }
    position = end;
  }
  return [wide[0]!, wide[2]!];
}

/** A record's data follow its local header, whose own name and extra field may be longer than the directory's. */
async function findData(file: SourceFile, name: string, localStart: number, size: number): Promise<number> {
  if (localStart + lengths.local > file.size) throw damaged(file.path, `its part “${name}” lies outside the file`);
  const local = new DataView((await readBytes(file, localStart, lengths.local)).buffer);
  if (local.getUint32(0, true) !== signatures.local) throw damaged(file.path, `its part “${name}” is not where it should be`);
  const start = localStart + lengths.local + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + size > file.size) throw damaged(file.path, `its part “${name}” lies outside the file`);
  return start;
}
