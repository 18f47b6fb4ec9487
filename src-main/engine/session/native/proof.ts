import { MachineError } from '../../../../shared/domain/errors.ts';
import { encodeModel } from '../../lowering/onnx.ts';
import { call, create, library, type Handle } from './library.ts';
import { Value } from './value.ts';

/**
 * Runs a sum of two vectors through the function table: a table read at wrong places would answer nonsense to everything after.
 * @throws MachineError when the answer is wrong
 */
export function proveRuntime(environment: Handle): void {
  const vector = (name: string) => ({ name, type: 'float32' as const, shape: [2] });
  const model = encodeModel({ nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] }], inputs: [vector('a'), vector('b')], outputs: [vector('sum')] });
  const options = create('CreateSessionOptions'), session = create('CreateSessionFromArray', environment, model, model.byteLength, options);
  const [a, b, sum] = [[1, 2], [3, 5], [0, 0]].map((numbers) => Value.over(Float32Array.from(numbers), [2], 'float32')) as [Value, Value, Value];
  call('Run', session, null, ['a', 'b'], [a.handle, b.handle], 2, ['sum'], 1, [sum.handle]);
  const proved = sum.data?.[0] === 4 && sum.data[1] === 7;
  for (const value of [a, b, sum]) value.dispose();
  library().api.ReleaseSession(session);
  library().api.ReleaseSessionOptions(options);
  if (!proved) throw new MachineError('runtime-unproved', `ONNX Runtime ${library().version} does not answer as it should; reinstall with "npm ci".`);
}
