import { activations } from '../graph/operators/activation.ts';
import { add, cast, multiply, subtract, tanh } from '../graph/operators/elementwise.ts';
import { count, gather } from '../graph/operators/indexing.ts';
import { reshape, transpose } from '../graph/operators/layout.ts';
import { softmax } from '../graph/operators/normalisation.ts';
import { linear, matmul } from '../graph/operators/products.ts';
import { at, split } from '../graph/operators/slicing.ts';
import { input, scalar, type Tensor } from '../graph/tensor.ts';
import type { BertConfig } from '../weights/config.ts';
import type { Builder } from './layers.ts';

/** A batch of token sequences; all int32 `[batch, length]`. */
export interface BertInputs {
  readonly inputIds: Tensor;
  /** 1 for tokens, 0 for padding. */
  readonly attentionMask: Tensor;
  readonly tokenTypeIds: Tensor;
}

export interface BertOutputs {
  /** `[batch*length, hidden]` */
  readonly lastHiddenState: Tensor;
  /** The embeddings and each layer's output, `[batch*length, hidden]`. */
  readonly hiddenStates: readonly Tensor[];
  /** Attention probabilities of each layer, `[batch, heads, length, length]`. */
  readonly attentions: readonly Tensor[];
}

const tokens = 'batch*length';
// Far below any score, and within float16.
const masked = -10_000;

/** The graph's inputs, under the names that exported models use too. */
export const bertInputs = (): BertInputs => ({
  inputIds: input('input_ids', ['batch', 'length'], 'int32'),
  attentionMask: input('attention_mask', ['batch', 'length'], 'int32'),
  tokenTypeIds: input('token_type_ids', ['batch', 'length'], 'int32'),
});

/** The encoder of Devlin et al. 2019, without pooler. Weights are named as in Hugging Face's `BertModel`, under `bert.`. */
export function bert(config: BertConfig, inputs: BertInputs, build: Builder): BertOutputs {
  const mask = multiply(subtract(scalar(1), cast(inputs.attentionMask, 'float32')), masked);
  const bias = reshape(mask, ['batch', 1, 1, 'length']);
  const hiddenStates = [embed(config, inputs, build)];
  const attentions: Tensor[] = [];
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const { output, attention } = encoderLayer(config, hiddenStates.at(-1) as Tensor, bias, build, `bert.encoder.layer.${layer}`);
    hiddenStates.push(output);
    attentions.push(attention);
  }
  return { lastHiddenState: hiddenStates.at(-1) as Tensor, hiddenStates, attentions };
}

/** The first token's state through a dense layer and tanh: `[batch*length, hidden]` -> `[batch, hidden]`. */
export function pool(config: BertConfig, lastHiddenState: Tensor, build: Builder): Tensor {
  const first = at(reshape(lastHiddenState, ['batch', 'length', config.hiddenSize]), 1, 0);
  return tanh(build.dense(first, 'bert.pooler.dense', config.hiddenSize));
}

/** The word embeddings, which masked language models share with their output layer. */
export const wordEmbeddings = (config: BertConfig, build: Builder): Tensor =>
  build.parameters.declare('bert.embeddings.word_embeddings.weight', [config.vocabSize, config.hiddenSize]);

function embed(config: BertConfig, { inputIds, tokenTypeIds }: BertInputs, build: Builder): Tensor {
  const table = (name: string, rows: number) => build.parameters.declare(`bert.embeddings.${name}.weight`, [rows, config.hiddenSize]);
  const words = gather(wordEmbeddings(config, build), inputIds, { paddingId: config.padTokenId });
  const positions = gather(table('position_embeddings', config.maxPositionEmbeddings), count('length'));
  const types = gather(table('token_type_embeddings', config.typeVocabSize), tokenTypeIds);
  const sum = reshape(add(add(words, types), positions), [tokens, config.hiddenSize]);
  return build.dropout(build.norm(sum, 'bert.embeddings.LayerNorm', config.layerNormEps), config.hiddenDropoutProb);
}

function encoderLayer(config: BertConfig, x: Tensor, bias: Tensor, build: Builder, name: string): { output: Tensor; attention: Tensor } {
  const { context, attention } = selfAttention(config, x, bias, build, `${name}.attention.self`);
  const residual = (value: Tensor, to: Tensor, part: string) =>
    build.norm(add(build.dropout(build.dense(value, `${part}.dense`, config.hiddenSize), config.hiddenDropoutProb), to), `${part}.LayerNorm`, config.layerNormEps);
  const attended = residual(context, x, `${name}.attention.output`);
  const activate = activations[config.hiddenAct] as (x: Tensor) => Tensor;
  const intermediate = activate(build.dense(attended, `${name}.intermediate.dense`, config.intermediateSize));
  return { output: residual(intermediate, attended, `${name}.output`), attention };
}

function selfAttention(config: BertConfig, x: Tensor, bias: Tensor, build: Builder, name: string): { context: Tensor; attention: Tensor } {
  const { hiddenSize, numAttentionHeads: heads } = config, headSize = hiddenSize / heads;
  // Query, key and value share one product; their weights lie one after another.
  const parts = ['query', 'key', 'value'].map((part) => `${name}.${part}`);
  const weight = build.parameters.stack(parts.map((part) => `${part}.weight`), [hiddenSize, hiddenSize]);
  const offset = build.parameters.stack(parts.map((part) => `${part}.bias`), [hiddenSize], 'zeros');
  const projected = transpose(reshape(linear(x, weight, offset), ['batch', 'length', 3, heads, headSize]), [2, 0, 3, 1, 4]);
  const [query, key, value] = split(projected, 0, 3).map((part) => reshape(part, ['batch', heads, 'length', headSize])) as [Tensor, Tensor, Tensor];
  const scores = add(matmul(query, key, { transposeB: true, scale: 1 / Math.sqrt(headSize) }), bias);
  const attention = softmax(scores);
  const mixed = matmul(build.dropout(attention, config.attentionProbsDropoutProb), value);
  return { context: reshape(transpose(mixed, [0, 2, 1, 3]), [tokens, hiddenSize]), attention };
}
