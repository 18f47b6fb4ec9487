import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { add, multiply } from '../../../src-main/engine/graph/operators/elementwise.ts';
import { input } from '../../../src-main/engine/graph/tensor.ts';
import { device } from '../../../src-main/engine/session/device.ts';
import { GraphSession } from '../../../src-main/engine/session/graph-session.ts';
import { library, RuntimeCallError } from '../../../src-main/engine/session/native/library.ts';
import { NativeSession } from '../../../src-main/engine/session/native/session.ts';
import { Value } from '../../../src-main/engine/session/native/value.ts';

const cpu = device('cpu', 1);
const a = input('a', ['n']), b = input('b', ['n']);
const sum = new Map([['sum', add(a, b)]]);
const over = (...numbers: number[]) => Value.over(Float32Array.from(numbers), [numbers.length], 'float32');

describe('the native runtime', () => {
  it('stays loaded when nothing but addresses of its functions is left', () => {
    // In a process of its own, with one thread: a thread of the runtime's would keep the library by itself.
    const script = `
      import { NativeSession } from './src-main/engine/session/native/session.ts';
      import { lowerToModel } from './src-main/engine/lowering/lower.ts';
      import { input } from './src-main/engine/graph/tensor.ts';
      import { exp } from './src-main/engine/graph/operators/elementwise.ts';
      const model = lowerToModel(new Map([['y', exp(input('x', [1]))]]), 'cpu');
      new NativeSession(model, { threads: 1 }).dispose();
      for (let turn = 0; turn < 5; turn++) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
      new NativeSession(model, { threads: 1 }).dispose();`;
    const { status, stderr } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module-typescript', '--eval', script], { cwd: resolve(import.meta.dirname, '../../..'), encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('is the one whose table of functions is known', () => expect(library().version).toMatch(/^1\.30\./));

  it('says what is wrong with a model that is none', () => {
    expect(() => new NativeSession(Uint8Array.of(1, 2, 3))).toThrow(RuntimeCallError);
  });
});

describe('a value', () => {
  it('is made only over as many bytes as its shape has', () => {
    expect(() => Value.over(new Float32Array(5), [2, 3], 'float32')).toThrow('20 bytes given for float32[2, 3]');
    expect(() => Value.over(new Uint8Array(4), [4], 'int32')).toThrow(RangeError);
  });

  it('given as input and as output is changed in place', async () => {
    const session = new GraphSession(sum, cpu), total = over(1, 2, 3);
    for (let step = 0; step < 3; step++) await session.run(new Map([['a', total], ['b', over(1, 1, 0)]]), new Map([['sum', total]]));
    expect(total.data).toEqual(Float32Array.of(4, 5, 3));
    session.dispose();
  });

  it('stays where it is while the garbage collector moves what is around it', async () => {
    const session = new GraphSession(sum, cpu);
    const values = Array.from({ length: 200 }, (_, index) => [over(index), over(1), over(0)] as const);
    let garbage: number[][] = [];
    for (let index = 0; index < 200_000; index++) {
      garbage.push(new Array<number>(50).fill(index));
      if (garbage.length > 1000) garbage = [];
    }
    for (const [left, right, result] of values) await session.run(new Map([['a', left], ['b', right]]), new Map([['sum', result]]));
    expect(values.map(([, , result]) => result.data![0])).toEqual(values.map((_, index) => index + 1));
    session.dispose();
  });
});

describe('a session', () => {
  it('names the input it was not given', async () => {
    const session = new GraphSession(sum, cpu);
    await expect(session.run(new Map([['a', over(1)]]), new Map([['sum', over(0)]]))).rejects.toThrow('no value for the graph\'s input b');
    session.dispose();
  });

  it('passes on what the runtime says of a step that cannot be done, and does the next one', async () => {
    const session = new GraphSession(new Map([['sum', add(a, multiply(b, 2))]]), cpu), result = over(0, 0);
    await expect(session.run(new Map([['a', over(1, 2)], ['b', over(1, 2, 3)]]), new Map([['sum', result]]))).rejects.toThrow(RuntimeCallError);
    await session.run(new Map([['a', over(1, 2)], ['b', over(1, 2)]]), new Map([['sum', result]]));
    expect(result.data).toEqual(Float32Array.of(3, 6));
    session.dispose();
  });

  it('takes more inputs than its graph reads', async () => {
    const session = new GraphSession(sum, cpu), result = over(0);
    await session.run(new Map([['other', over(9)], ['a', over(1)], ['b', over(2)]]), new Map([['sum', result]]));
    expect(result.data![0]).toBe(3);
    session.dispose();
  });

  it('allocates no memory of a device on the CPU, where values are typed arrays', () => {
    const session = new GraphSession(sum, cpu);
    expect(() => session.allocate([2])).toThrow(RangeError);
    session.dispose();
  });

  it('leaves the event loop free while it runs', async () => {
    const n = 4_000_000, session = new GraphSession(new Map([['sum', Array.from({ length: 40 }).reduce<typeof a>((x) => add(multiply(x, 1.01), b), a)]]), cpu, { optimizationLevel: 0 });
    const values = ['a', 'b'].map((name) => [name, Value.over(new Float32Array(n), [n], 'float32')] as const), result = Value.over(new Float32Array(n), [n], 'float32');
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    await session.run(new Map(values), new Map([['sum', result]]));
    clearInterval(count);
    expect(turns).toBeGreaterThan(3);
    session.dispose();
  });
});
