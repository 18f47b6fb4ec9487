import type { BertConfig } from '../../src-main/engine/weights/config.ts';

const shared = {
  hiddenAct: 'gelu', attentionProbsDropoutProb: 0.1, hiddenDropoutProb: 0.1, classifierDropout: null, maxPositionEmbeddings: 512, typeVocabSize: 2, initializerRange: 0.02,
  layerNormEps: 1e-12, padTokenId: 0, tieWordEmbeddings: true, id2label: ['no', 'yes'], architectures: ['BertForSequenceClassification'], extra: {},
} as const satisfies Partial<BertConfig>;

/** Sizes that benchmarks name. */
export const models: Readonly<Record<'base' | 'mini', BertConfig>> = {
  base: { ...shared, id2label: [...shared.id2label], architectures: [...shared.architectures], vocabSize: 30_522, hiddenSize: 768, numHiddenLayers: 12, numAttentionHeads: 12, intermediateSize: 3072 },
  mini: { ...shared, id2label: [...shared.id2label], architectures: [...shared.architectures], vocabSize: 16_384, hiddenSize: 256, numHiddenLayers: 4, numAttentionHeads: 4, intermediateSize: 1024 },
};
