import { recordTooLong } from '../problems.ts';
import { recordLimit } from '../record.ts';

const lineFeed = 10;

/** Cuts UTF-8 pieces into lines, without their ends (`\n` or `\r\n`). Throws InputError for a line above the limit, as soon as it is passed. */
export async function* linesOf(pieces: AsyncIterable<Buffer>, name: string): AsyncGenerator<{ line: number; text: string }, void, undefined> {
  let line = 1;
  let open: Buffer[] = [];
  let openLength = 0;
  const text = (end: Buffer): string => {
    const bytes = open.length > 0 ? Buffer.concat([...open, end]) : end;
    open = [];
    openLength = 0;
    return bytes.toString('utf8', 0, bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length);
  };
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, start)) {
      yield { line: line++, text: text(piece.subarray(start, end)) };
      start = end + 1;
    }
    if (start < piece.length) open.push(piece.subarray(start));
    openLength += piece.length - start;
    if (openLength > recordLimit) throw recordTooLong(name, line);
  }
  if (openLength > 0) yield { line, text: text(Buffer.alloc(0)) };
}
