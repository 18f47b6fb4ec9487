import { buildModel, type Model } from '../../src-main/engine/nn/heads.ts';
import { adamWDefaults } from '../../src-main/engine/optim/adamw.ts';
import { device } from '../../src-main/engine/session/device.ts';
import { TrainingSession, type Batch } from '../../src-main/engine/session/training-session.ts';
import { midSizeConfig } from './configs.ts';
import { RandomArrays } from './random-arrays.ts';

const model = (training: boolean): Model => buildModel(midSizeConfig, 'sequence-classification', { training });

/** On the CPU with small weights that are all different. */
export async function midSizeSession(): Promise<TrainingSession> {
  const session = new TrainingSession(model(true), model(false).outputs, { device: device('cpu', 2), adamW: adamWDefaults });
  await session.state.write(midSizeState(session));
  return session;
}

export const midSizeState = ({ layout: { length } }: TrainingSession) => ({
  weights: Float32Array.from({ length }, (_, index) => (((index * 7919) % 10_007) / 10_007 - 0.5) * 0.08), firstMoments: new Float32Array(length), secondMoments: new Float32Array(length),
});

export function midSizeBatch(size: number, length: number): Batch {
  const random = new RandomArrays(4), shape = [size, length], tokens = size * length;
  return {
    size, length, arrays: new Map([
      ['input_ids', { data: random.whole(midSizeConfig.vocabSize, tokens), shape }], ['attention_mask', { data: new Int32Array(tokens).fill(1), shape }],
      ['token_type_ids', { data: new Int32Array(tokens), shape }], ['labels', { data: random.whole(2, size), shape: [size] }],
      ['labels_weights', { data: new Float32Array(size).fill(1 / size), shape: [size] }], ['dropout_key', { data: Int32Array.of(1), shape: [] }],
    ]),
  };
}
