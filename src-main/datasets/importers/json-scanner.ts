import { InputError } from '../../../shared/domain/errors.ts';
import { recordTooLong } from '../problems.ts';
import { recordLimit } from '../record.ts';

/** The text of one element of the list, and the line it begins on. */
export interface JsonElement {
  readonly line: number;
  readonly text: string;
}

const byteOf = (character: string): number => character.charCodeAt(0);
const lineFeed = byteOf('\n');
const quote = byteOf('"');
const comma = byteOf(',');
const colon = byteOf(':');
const backslash = byteOf('\\');
const isBlank = (byte: number): boolean => byte === 32 || byte === lineFeed || byte === 13 || byte === 9;
const opens = (byte: number): boolean => byte === byteOf('{') || byte === byteOf('[');
const closes = (byte: number): boolean => byte === byteOf('}') || byte === byteOf(']');

/** Before anything; in the top-level object; in its list, before an element, after one or after a comma; in an element; after the last bracket. */
type State = 'before' | 'wrapper' | 'list-start' | 'after-element' | 'after-comma' | 'element' | 'after';

/**
 * Cuts a JSON file into the elements of its list of records as the bytes come, without parsing them. The list is the file's whole value,
 * or the one property of a top-level object that is a list of objects (`{"version": 1, "data": [{...}, ...]}`); other properties are passed over.
 */
export class JsonScanner {
  readonly #name: string;
  #state: State = 'before';
  #line = 1;
  /** Brackets open within the element, or from the top-level object on. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** In the top-level object: whether a property's value comes next. */
  #afterColon = false;
  #wrapped = false;
  #listSeen = false;
  #element: { line: number; length: number; pieces: Buffer[] } = { line: 1, length: 0, pieces: [] };

  /** @param name what messages call the file */
  constructor(name: string) {
    this.#name = name;
  }

  /** The elements that end in this piece. Throws InputError where the list is not well formed, or an element is above the limit. */
  push(piece: Buffer): JsonElement[] {
    const elements: JsonElement[] = [];
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at]!;
      if (byte === lineFeed) this.#line++;
      if (this.#state === 'element') {
        const end = this.#elementEnd(byte, at);
        if (end === undefined) continue;
        elements.push(this.#finish(piece.subarray(start, end)));
        // A number or literal ends before the comma or bracket that shows its end.
        if (end === at && !isBlank(byte)) this.#readStructure(byte);
      } else if (this.#state === 'wrapper') this.#readWrapper(byte);
      else if (!isBlank(byte)) {
        this.#readStructure(byte);
        start = at;
      }
    }
    if (this.#state === 'element') this.#keep(piece.subarray(start));
    return elements;
  }

  /** Call after the last piece. Throws InputError if the file ends too early or holds no list. */
  end(): void {
    if (this.#state === 'element') throw this.#broken(`it ends within the row that begins on line ${this.#element.line}`);
    if (this.#state === 'before') throw this.#broken('it holds only blanks');
    if (this.#state !== 'after') throw this.#broken('it ends before its last bracket is closed');
    if (!this.#listSeen) throw new InputError('no-list', `${this.#name} holds one JSON object without a list of rows; put the rows in a list: [{...}, {...}].`);
  }

  /** @returns where the element ends, if this byte shows its end */
  #elementEnd(byte: number, at: number): number | undefined {
    const wasInString = this.#inString;
    if (wasInString || byte === quote) {
      this.#readString(byte);
      return wasInString && !this.#inString && this.#depth === 0 ? at + 1 : undefined;
    }
    if (this.#depth === 0 && (byte === comma || closes(byte) || isBlank(byte))) return at;
    if (opens(byte)) this.#depth++;
    return closes(byte) && --this.#depth === 0 ? at + 1 : undefined;
  }

  /** A byte of a string, or the quotation mark that opens one. */
  #readString(byte: number): void {
    if (!this.#inString) this.#inString = true;
    else if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) this.#inString = false;
  }

  #keep(bytes: Buffer): void {
    this.#element.pieces.push(bytes);
    this.#element.length += bytes.length;
    if (this.#element.length > recordLimit) throw recordTooLong(this.#name, this.#element.line);
  }

  #finish(end: Buffer): JsonElement {
    const { line, pieces } = this.#element;
    this.#state = 'after-element';
    return { line, text: Buffer.concat([...pieces, end]).toString('utf8') };
  }

  /** A byte of the top-level object outside its list of records. */
  #readWrapper(byte: number): void {
    if (this.#inString || byte === quote) this.#readString(byte);
    else if (byte === byteOf('[') && this.#depth === 1 && this.#afterColon) this.#state = 'list-start';
    else if (opens(byte)) this.#depth++;
    else if (closes(byte) && --this.#depth === 0) this.#state = 'after';
    else if (this.#depth === 1 && (byte === colon || byte === comma)) this.#afterColon = byte === colon;
  }

  /** A byte, not blank, that is neither in an element nor in the top-level object's other properties. */
  #readStructure(byte: number): void {
    const ends = byte === byteOf(']');
    if (this.#state === 'after') throw this.#broken('something follows its last bracket');
    if (this.#state === 'before') this.#readFirst(byte);
    else if (ends && this.#state !== 'after-comma') this.#closeList();
    else if (this.#state === 'after-element') {
      if (byte !== comma) throw this.#broken('a comma is missing between two rows');
      this.#state = 'after-comma';
    } else if (byte === comma || closes(byte)) throw this.#broken('a row is missing beside a comma');
    else this.#beginElement(byte);
  }

  #readFirst(byte: number): void {
    if (!opens(byte)) throw this.#broken('it must begin with [ or {');
    this.#wrapped = byte === byteOf('{');
    this.#state = this.#wrapped ? 'wrapper' : 'list-start';
    this.#depth = 1;
  }

  #closeList(): void {
    this.#listSeen ||= this.#state === 'after-element' || !this.#wrapped;
    this.#state = this.#wrapped ? 'wrapper' : 'after';
    this.#depth = 1;
    this.#afterColon = false;
  }

  #beginElement(byte: number): void {
    const isFirst = this.#state === 'list-start';
    if (this.#wrapped && isFirst && byte !== byteOf('{')) {
      // A list of something else, such as label names: passed over with the other properties.
      this.#state = 'wrapper';
      this.#depth = 2;
      this.#readWrapper(byte);
      return;
    }
    if (isFirst && this.#listSeen) throw new InputError('two-lists', `${this.#name} holds several lists of rows (a second on line ${this.#line}); put each into a file of its own.`);
    this.#state = 'element';
    this.#depth = opens(byte) ? 1 : 0;
    this.#inString = byte === quote;
    this.#element = { line: this.#line, length: 0, pieces: [] };
  }

  #broken(reason: string): InputError {
    return new InputError('json-broken', `${this.#name} line ${this.#line} is not valid JSON: ${reason}; correct it and try again.`);
  }
}
