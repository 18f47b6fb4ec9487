import { InputError } from '../../../shared/domain/errors.ts';
import { clip } from './reading.ts';

/**
 * A function or class that a pickle may name. Nothing is ever looked up or imported: what is not one of these is refused.
 * `call` makes the value that the pickle's call stands for; without it the name may be mentioned but not called.
 */
export class PickleGlobal {
  readonly name: string;
  readonly call: ((values: readonly unknown[]) => unknown) | undefined;

  constructor(name: string, call?: (values: readonly unknown[]) => unknown) {
    this.name = name;
    this.call = call;
  }
}

/** What a pickle is allowed to do. */
export interface PickleRules {
  /** The global of that full name (`collections.OrderedDict`), or undefined to refuse it. */
  findGlobal(name: string): PickleGlobal | undefined;
  /** The object that a persistent id stands for. */
  loadPersistent(id: unknown): unknown;
}

/** Opcodes of Python's pickle protocols 2 to 4, as far as tensors in dictionaries need them. */
const opcodes = {
  protocol: 0x80, frame: 0x95, mark: 0x28, stop: 0x2e, pop: 0x30,
  none: 0x4e, true: 0x88, false: 0x89, int32: 0x4a, uint8: 0x4b, uint16: 0x4d, long: 0x8a, float: 0x47,
  text: 0x58, shortText: 0x8c, shortBytes: 0x55,
  emptyTuple: 0x29, tuple: 0x74, tuple1: 0x85, tuple2: 0x86, tuple3: 0x87,
  emptyList: 0x5d, append: 0x61, appends: 0x65, emptyDict: 0x7d, setItem: 0x73, setItems: 0x75,
  put: 0x71, longPut: 0x72, get: 0x68, longGet: 0x6a, memoize: 0x94,
  global: 0x63, stackGlobal: 0x93, instance: 0x69, reduce: 0x52, build: 0x62, persistentId: 0x51,
} as const;

/**
 * Reads a Python pickle without running anything: it makes numbers, strings, arrays (lists and tuples), Maps (dictionaries) and
 * what `rules` allow, and refuses everything else. Whole numbers beyond 2^53 come as bigint.
 * @param path of the file it came from, for messages
 * @throws {InputError} `weights-unsafe` for a global or an instruction that is not allowed, `weights-damaged` for a broken pickle
 */
export function unpickle(bytes: Uint8Array, path: string, rules: PickleRules): unknown {
  return new Unpickler(bytes, path, rules).run();
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  readonly #rules: PickleRules;
  readonly #memo = new Map<number, unknown>();
  /** Stacks set aside by a mark, and the one in use. */
  readonly #marked: unknown[][] = [];
  #stack: unknown[] = [];
  #position = 0;

  constructor(bytes: Uint8Array, path: string, rules: PickleRules) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
    this.#rules = rules;
  }

  run(): unknown {
    for (;;) {
      const opcode = this.#view.getUint8(this.#take(1));
      if (opcode === opcodes.stop) return this.#pop();
      this.#execute(opcode);
    }
  }

  #execute(opcode: number): void {
    const { mark, protocol, frame, pop, memoize, put, longPut, get, longGet, global, stackGlobal, instance, reduce, build, persistentId } = opcodes;
    switch (opcode) {
      case protocol: this.#take(1); break;
      case frame: this.#take(8); break;
      case mark: this.#marked.push(this.#stack); this.#stack = []; break;
      case pop: this.#pop(); break;
      case put: this.#memo.set(this.#view.getUint8(this.#take(1)), this.#top()); break;
      case longPut: this.#memo.set(this.#view.getUint32(this.#take(4), true), this.#top()); break;
      case memoize: this.#memo.set(this.#memo.size, this.#top()); break;
      case get: this.#recall(this.#view.getUint8(this.#take(1))); break;
      case longGet: this.#recall(this.#view.getUint32(this.#take(4), true)); break;
      case global: this.#stack.push(this.#findGlobal(this.#line(), this.#line())); break;
      case instance: this.#findGlobal(this.#line(), this.#line()); throw this.#notAllowed(opcode);
      case stackGlobal: { const name = this.#pop(), module = this.#pop(); this.#stack.push(this.#findGlobal(module, name)); break; }
      case reduce: { const values = this.#pop(); this.#stack.push(this.#call(this.#pop(), values)); break; }
      case build: this.#dropState(); break;
      case persistentId: this.#stack.push(this.#rules.loadPersistent(this.#pop())); break;
      default: if (!this.#pushScalar(opcode) && !this.#collect(opcode)) throw this.#notAllowed(opcode);
    }
  }

  /** Numbers, truth values and texts. */
  #pushScalar(opcode: number): boolean {
    const { none, int32, uint8, uint16, long, float, text, shortText, shortBytes } = opcodes;
    switch (opcode) {
      case none: this.#stack.push(null); return true;
      case opcodes.true: this.#stack.push(true); return true;
      case opcodes.false: this.#stack.push(false); return true;
      case int32: this.#stack.push(this.#view.getInt32(this.#take(4), true)); return true;
      case uint8: this.#stack.push(this.#view.getUint8(this.#take(1))); return true;
      case uint16: this.#stack.push(this.#view.getUint16(this.#take(2), true)); return true;
      case long: this.#stack.push(this.#long(this.#view.getUint8(this.#take(1)))); return true;
      case float: this.#stack.push(this.#view.getFloat64(this.#take(8), false)); return true;
      case text: this.#stack.push(this.#text(this.#view.getUint32(this.#take(4), true))); return true;
      case shortText: case shortBytes: this.#stack.push(this.#text(this.#view.getUint8(this.#take(1)))); return true;
      default: return false;
    }
  }

  /** Tuples, lists and dictionaries. */
  #collect(opcode: number): boolean {
    const { emptyTuple, tuple, tuple1, tuple2, tuple3, emptyList, append, appends, emptyDict, setItem, setItems } = opcodes;
    switch (opcode) {
      case emptyTuple: case emptyList: this.#stack.push([]); return true;
      case emptyDict: this.#stack.push(new Map()); return true;
      case tuple: { const values = this.#popToMark(); this.#stack.push(values); return true; }
      case tuple1: case tuple2: case tuple3: this.#stack.push(this.#popSeveral(opcode - tuple1 + 1)); return true;
      case append: this.#appendAll(this.#popSeveral(1)); return true;
      case appends: this.#appendAll(this.#popToMark()); return true;
      case setItem: this.#setAll(this.#popSeveral(2)); return true;
      case setItems: this.#setAll(this.#popToMark()); return true;
      default: return false;
    }
  }

  /** Moves on by `length` bytes and gives where they start. */
  #take(length: number): number {
    const start = this.#position;
    if (start + length > this.#bytes.length) throw this.#broken();
    this.#position += length;
    return start;
  }

  #text(length: number): string {
    const start = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw this.#broken();
    const text = this.#text(end - this.#position);
    this.#take(1);
    return text;
  }

  /** A two's complement, little-endian integer of `length` bytes. */
  #long(length: number): number | bigint {
    const start = this.#take(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index--) value = (value << 8n) | BigInt(this.#bytes[start + index]!);
    value = BigInt.asIntN(length * 8, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw this.#broken();
    return this.#stack.at(-1);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw this.#broken();
    return this.#stack.pop();
  }

  #popSeveral(count: number): unknown[] {
    if (this.#stack.length < count) throw this.#broken();
    return this.#stack.splice(-count);
  }

  #popToMark(): unknown[] {
    const outer = this.#marked.pop();
    if (!outer) throw this.#broken();
    const values = this.#stack;
    this.#stack = outer;
    return values;
  }

  #recall(key: number): void {
    if (!this.#memo.has(key)) throw this.#broken();
    this.#stack.push(this.#memo.get(key));
  }

  #appendAll(values: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#broken();
    for (const value of values) list.push(value);
  }

  #setAll(keysAndValues: readonly unknown[]): void {
    const dictionary = this.#top();
    if (!(dictionary instanceof Map) || keysAndValues.length % 2 !== 0) throw this.#broken();
    for (let index = 0; index < keysAndValues.length; index += 2) dictionary.set(keysAndValues[index], keysAndValues[index + 1]);
  }

  #findGlobal(module: unknown, name: unknown): PickleGlobal {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.#broken();
    const found = this.#rules.findGlobal(`${module}.${name}`);
    if (found) return found;
    throw new InputError('weights-unsafe', `“${this.#path}” asks for the Python code ${clip(`${module}.${name}`)}, which is not run: use a file that holds only weights, best a model.safetensors.`);
  }

  #call(callable: unknown, values: unknown): unknown {
    if (!(callable instanceof PickleGlobal) || !callable.call || !Array.isArray(values)) throw this.#broken();
    return callable.call(values);
  }

  /** An attribute of a dictionary, such as a state dictionary's version numbers, means nothing here; nothing else has state. */
  #dropState(): void {
    this.#pop();
    if (!(this.#top() instanceof Map)) throw this.#notAllowed(opcodes.build);
  }

  #notAllowed(opcode: number): InputError {
    return new InputError('weights-unsafe', `“${this.#path}” holds more than weights (pickle instruction 0x${opcode.toString(16)}), which is not read: use a model.safetensors instead.`);
  }

  #broken(): InputError {
    return new InputError('weights-damaged', `“${this.#path}” is damaged: its list of tensors cannot be followed; copy or download it again.`);
  }
}
