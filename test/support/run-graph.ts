import type { ElementType, Tensor } from '../../src-main/engine/graph/tensor.ts';
import type { Device } from '../../src-main/engine/session/device.ts';
import { GraphSession, type GraphSessionOptions } from '../../src-main/engine/session/graph-session.ts';
import { Value, type TypedArray } from '../../src-main/engine/session/native/value.ts';
import { inputsOf } from '../../src-main/engine/graph/traversal.ts';
import { sizeOf } from './reference-array.ts';
import { boundShape, type Lengths } from './reference-evaluator.ts';

const arrayFor = (type: ElementType, size: number): TypedArray => new { float32: Float32Array, float16: Uint16Array, int32: Int32Array, bool: Uint8Array }[type](size);

/** Makes a session for a graph, runs it once and gives it up again. Returns the outputs by name. */
export async function runGraph(outputs: ReadonlyMap<string, Tensor>, feeds: Readonly<Record<string, TypedArray>>, device: Device, lengths: Lengths = {}, options: GraphSessionOptions = {}): Promise<Map<string, TypedArray>> {
  const session = new GraphSession(outputs, device, options);
  const inputs = inputsOf([...outputs.values()]).map(({ producer, shape, type }) => {
    const name = producer.kind === 'input' ? producer.name : '';
    return [name, Value.over(feeds[name]!, boundShape(shape, lengths), type)] as const;
  });
  const results = [...outputs].map(([name, { shape, type }]) => {
    const bound = boundShape(shape, lengths);
    return [name, Value.over(arrayFor(type, sizeOf(bound)), bound, type)] as const;
  });
  try {
    await session.run(new Map(inputs), new Map(results));
    return new Map(results.map(([name, value]) => [name, value.data!]));
  } finally {
    for (const [, value] of [...inputs, ...results]) value.dispose();
    session.dispose();
  }
}
