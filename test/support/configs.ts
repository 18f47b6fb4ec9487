import type { BertConfig } from '../../src-main/engine/weights/config.ts';

/** The sizes of the reference models, with dropout. */
export const microConfig: BertConfig = {
  vocabSize: 800, hiddenSize: 32, numHiddenLayers: 2, numAttentionHeads: 4, intermediateSize: 64, hiddenAct: 'gelu',
  hiddenDropoutProb: 0.1, attentionProbsDropoutProb: 0.1, classifierDropout: null, maxPositionEmbeddings: 64, typeVocabSize: 2, initializerRange: 0.02,
  layerNormEps: 1e-12, padTokenId: 0, tieWordEmbeddings: true, id2label: ['no', 'yes'], architectures: [], extra: {},
};

/** 20 million parameters: large enough that a copy of them or a step with them cannot be overlooked. */
export const midSizeConfig: BertConfig = { ...microConfig, vocabSize: 40_000, hiddenSize: 384, numHiddenLayers: 3, numAttentionHeads: 6, intermediateSize: 1536, maxPositionEmbeddings: 256 };
