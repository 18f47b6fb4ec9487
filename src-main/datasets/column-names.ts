/** Names are compared without case, blanks, `_`, `-` and `.`: `Sentence_1`, `sentence1` and `sentence-1` are one. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[\s_.-]/g, '');

/** Columns that hold two texts to be read together, as published sets name them. */
export const pairNames: readonly (readonly [text: string, textPair: string])[] = [
  ['text', 'textpair'], ['text', 'text2'], ['texta', 'textb'], ['text1', 'text2'], ['premise', 'hypothesis'], ['sentence1', 'sentence2'], ['sentencea', 'sentenceb'],
  ['question1', 'question2'], ['question', 'sentence'], ['question', 'answer'], ['query', 'passage'], ['query', 'document'], ['#1string', '#2string'], ['前提', '假设'], ['句子1', '句子2'],
];

/** Most telling first. */
export const textNames = [
  'text', 'sentence', 'sequence', 'content', 'document', 'review', 'comment', 'body', 'message', 'tweet', 'post', 'utterance', 'passage', 'paragraph', 'description',
  'abstract', 'question', 'query', 'premise', 'title', 'input', 'sentence1', 'texta', 'text1', '文本', '内容', '句子', '评论', '正文',
];

export const labelNames = [
  'label', 'labels', 'goldlabel', 'category', 'categories', 'class', 'classes', 'target', 'tag', 'tags', 'sentiment', 'emotion', 'emotions', 'intent', 'topic', 'polarity',
  'stance', 'relation', 'isduplicate', 'quality', 'score', 'rating', 'stars', 'y', '标签', '类别', '分类',
];

export const numberNames = ['score', 'label', 'similarity', 'rating', 'stars', 'value', 'target', 'y', 'goldlabel', 'labels', '分数', '评分', '标签'];

export const idNames = ['id', 'idx', 'uid', 'guid', 'index', 'exampleid', 'pairid', '编号'];

export const splitNames = ['split', 'set', 'partition', 'fold', 'subset'];

const known = new Set([...pairNames.flat(), ...textNames, ...labelNames, ...numberNames, ...idNames, ...splitNames]);

export const isKnownColumn = (name: string): boolean => known.has(plainName(name));
