import { activations } from '../graph/operators/activation.ts';
import { add } from '../graph/operators/elementwise.ts';
import { reshape } from '../graph/operators/layout.ts';
import { linear } from '../graph/operators/products.ts';
import { at } from '../graph/operators/slicing.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import type { BertConfig } from '../weights/config.ts';
import { bert, bertInputs, pool, wordEmbeddings, type BertOutputs } from './bert.ts';
import { Builder } from './layers.ts';
import { binaryCrossEntropy, crossEntropy, meanSquaredError } from './losses.ts';
import { Parameters, type Parameter } from './parameters.ts';

export const heads = ['sequence-classification', 'token-classification', 'question-answering', 'masked-lm', 'next-sentence-prediction', 'pre-training'] as const;
export type Head = (typeof heads)[number];

/** A model as a graph: what goes in, what comes out, and what is learnt. */
export interface Model {
  readonly parameters: readonly Parameter[];
  /** By Hugging Face's names: `logits`, or `start_logits` and `end_logits`, ... */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** `[]`; its inputs are the model's, and labels with weights under the names in `losses.ts`' sense. */
  readonly loss: Tensor;
  readonly encoder: BertOutputs;
  /** `[batch, hidden]`, where the head uses it. */
  readonly pooled?: Tensor;
}

const tokens = 'batch*length';
/** Labels and the weight of each, as graph inputs `<name>` and `<name>_weights`. */
const labelled = (name: string, shape: Tensor['shape'], type: 'int32' | 'float32' = 'int32'): [Tensor, Tensor] => [input(name, shape, type), input(`${name}_weights`, shape.slice(0, 1))];
const flat = (x: Tensor) => reshape(x, [tokens]);

/** Builds encoder, head and loss. @param training puts dropout in the graph, with its int32 key as input `dropout_key`. */
export function buildModel(config: BertConfig, head: Head, { training = false }: { training?: boolean } = {}): Model {
  const parameters = new Parameters();
  const build = new Builder(parameters, training ? input('dropout_key', [], 'int32') : undefined);
  const encoder = bert(config, bertInputs(), build);
  const result = headBuilders[head](config, encoder, build);
  return { ...result, encoder, parameters: parameters.all };
}

type HeadResult = Pick<Model, 'outputs' | 'loss' | 'pooled'>;

const headBuilders: Record<Head, (config: BertConfig, encoder: BertOutputs, build: Builder) => HeadResult> = {
  'sequence-classification': (config, encoder, build) => {
    const pooled = pool(config, encoder.lastHiddenState, build);
    const classes = labelCount(config);
    const logits = build.dense(build.dropout(pooled, classifierDropout(config)), 'classifier', classes);
    const outputs = new Map([['logits', logits]]);
    const problem = config.problemType ?? (classes === 1 ? 'regression' : 'single_label_classification');
    if (problem === 'single_label_classification') return { outputs, pooled, loss: crossEntropy(logits, ...labelled('labels', ['batch'])) };
    const [targets, weights] = labelled('labels', ['batch', classes], 'float32');
    return { outputs, pooled, loss: (problem === 'regression' ? meanSquaredError : binaryCrossEntropy)(logits, targets, weights) };
  },

  'token-classification': (config, encoder, build) => {
    const logits = build.dense(build.dropout(encoder.lastHiddenState, classifierDropout(config)), 'classifier', labelCount(config));
    return { outputs: new Map([['logits', reshape(logits, ['batch', 'length', labelCount(config)])]]), loss: tokenLoss(logits, 'labels') };
  },

  'question-answering': (_config, encoder, build) => {
    const scores = reshape(build.dense(encoder.lastHiddenState, 'qa_outputs', 2), ['batch', 'length', 2]);
    const [start, end] = [at(scores, 2, 0), at(scores, 2, 1)];
    // The reference averages both cross-entropies: the weights carry the halves.
    const loss = add(crossEntropyOver(start, 'start_positions'), crossEntropyOver(end, 'end_positions'));
    return { outputs: new Map([['start_logits', start], ['end_logits', end]]), loss };
  },

  'masked-lm': (config, encoder, build) => {
    const logits = predictionScores(config, encoder, build);
    return { outputs: new Map([['logits', reshape(logits, ['batch', 'length', config.vocabSize])]]), loss: tokenLoss(logits, 'labels') };
  },

  'next-sentence-prediction': (config, encoder, build) => {
    const pooled = pool(config, encoder.lastHiddenState, build);
    const logits = build.dense(pooled, 'cls.seq_relationship', 2);
    return { outputs: new Map([['logits', logits]]), pooled, loss: crossEntropy(logits, ...labelled('labels', ['batch'])) };
  },

  'pre-training': (config, encoder, build) => {
    const predictions = predictionScores(config, encoder, build);
    const pooled = pool(config, encoder.lastHiddenState, build);
    const relationship = build.dense(pooled, 'cls.seq_relationship', 2);
    const loss = add(tokenLoss(predictions, 'labels'), crossEntropy(relationship, ...labelled('next_sentence_label', ['batch'])));
    return { outputs: new Map([['prediction_logits', reshape(predictions, ['batch', 'length', config.vocabSize])], ['seq_relationship_logits', relationship]]), pooled, loss };
  },
};

const labelCount = (config: BertConfig): number => config.id2label?.length ?? 2;
const classifierDropout = (config: BertConfig): number => config.classifierDropout ?? config.hiddenDropoutProb;

/** `logits [batch*length, classes]` with labels `[batch, length]`. */
function tokenLoss(logits: Tensor, name: string): Tensor {
  return crossEntropy(logits, flat(input(name, ['batch', 'length'], 'int32')), flat(input(`${name}_weights`, ['batch', 'length'])));
}

/** Positions as classes: `scores [batch, length]` with labels `[batch]`. */
const crossEntropyOver = (scores: Tensor, name: string): Tensor => crossEntropy(scores, ...labelled(name, ['batch']));

/** The masked-LM head: dense, activation, LayerNorm, then a product with the word embeddings: `[batch*length, vocabulary]`. */
function predictionScores(config: BertConfig, { lastHiddenState }: BertOutputs, build: Builder): Tensor {
  const activate = activations[config.hiddenAct] as (x: Tensor) => Tensor;
  const transformed = build.norm(activate(build.dense(lastHiddenState, 'cls.predictions.transform.dense', config.hiddenSize)), 'cls.predictions.transform.LayerNorm', config.layerNormEps);
  const decoder = config.tieWordEmbeddings ? wordEmbeddings(config, build) : build.parameters.declare('cls.predictions.decoder.weight', [config.vocabSize, config.hiddenSize]);
  return linear(transformed, decoder, build.parameters.declare('cls.predictions.bias', [config.vocabSize], 'zeros'));
}
