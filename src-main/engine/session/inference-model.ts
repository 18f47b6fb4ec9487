import type { Head } from '../nn/heads.ts';
import { buildModel, type Model } from '../nn/heads.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import type { BertConfig } from '../weights/config.ts';
import { readModelWeights } from '../weights/folder.ts';
import { matchParameters } from '../weights/names.ts';
import type { Device } from './device.ts';
import { Value } from './native/value.ts';
import { ShapedSessions, type Batch } from './shaped-sessions.ts';

/** Hugging Face's class names with the head of each. */
const headOf: Readonly<Record<string, Head>> = {
  BertForSequenceClassification: 'sequence-classification', BertForTokenClassification: 'token-classification', BertForQuestionAnswering: 'question-answering',
  BertForMaskedLM: 'masked-lm', BertForNextSentencePrediction: 'next-sentence-prediction', BertForPreTraining: 'pre-training',
};

/** The head a configuration names. @throws InputError when it names none, as a bare encoder does. */
export function headFrom(config: BertConfig, folder: string): Head {
  const head = config.architectures.map((name) => headOf[name]).find(Boolean);
  if (!head) throw new InputError('model-without-head', `The model in ${folder} is an encoder without a task; fine-tune it first with "sesame train --model ${folder}".`);
  return head;
}

/** A finished model on a device, for its outputs alone. */
export class InferenceModel {
  private readonly sessions: ShapedSessions;
  private readonly weights: ReadonlyMap<string, Value>;

  private constructor(model: Model, weights: ReadonlyMap<string, Value>, device: Device) {
    this.sessions = new ShapedSessions(device, () => model.outputs);
    this.weights = weights;
  }

  /** @throws InputError when the folder lacks weights or has unfit ones. */
  static async load(folder: string, config: BertConfig, device: Device): Promise<InferenceModel> {
    const model = buildModel(config, headFrom(config, folder));
    const expected = new Map(model.parameters.flatMap(({ parts }) => parts.map(({ name, shape }) => [name, shape] as const)));
    const { found, missing } = matchParameters(await readModelWeights(folder), expected);
    if (missing.length) throw new InputError('weights-incomplete', `The model in ${folder} lacks ${missing.length} of its weights, among them “${missing[0]}”; fine-tune it first or get the whole model.`);
    const values = model.parameters.map(({ name, shape, parts }) => {
      const data = new Float32Array(shape.reduce((product, dimension) => product * dimension, 1)), size = data.length / parts.length;
      parts.forEach((part, index) => data.set(found.get(part.name)?.data as Float32Array, index * size));
      return [name, Value.over(data, shape, 'float32')] as const;
    });
    return new InferenceModel(model, new Map(values), device);
  }

  outputs(batch: Batch): Promise<Map<string, Float32Array>> {
    return this.sessions.outputs(batch, this.weights);
  }

  terminate(): void {
    this.sessions.terminate();
  }

  dispose(): void {
    this.sessions.dispose();
    for (const value of this.weights.values()) value.dispose();
  }
}
