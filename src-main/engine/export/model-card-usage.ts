import type { Task } from '../../../shared/domain/tasks.ts';
import { onnxFiles, onnxFormats, type OnnxFormat } from './formats.ts';
import { codeBlock } from './markdown.ts';

/** How a model is loaded and asked, in each library that reads what is in its folder. */
export function usage({ name, task, formats }: { readonly name: string; readonly task: Task; readonly formats: readonly ('hf' | OnnxFormat)[] }): string | undefined {
  const onnx = onnxFormats.find((format) => formats.includes(format));
  const snippets = [
    ...(formats.includes('hf') ? [`With [transformers](https://pypi.org/project/transformers/):`, codeBlock('python', transformers(task))] : []),
    ...(onnx ? ['With [transformers.js](https://www.npmjs.com/package/@huggingface/transformers):', codeBlock('js', transformersJs(task, name, onnx))] : []),
    ...(onnx ? ['With [onnxruntime](https://pypi.org/project/onnxruntime/) and [tokenizers](https://pypi.org/project/tokenizers/):', codeBlock('python', onnxRuntime(task, onnx))] : []),
  ];
  return snippets.length ? snippets.join('\n\n') : undefined;
}

const path = 'path/to/this/folder';
const dtypes: Readonly<Record<OnnxFormat, string>> = { onnx: 'fp32', 'onnx-fp16': 'fp16', 'onnx-int8': 'q8' };

function transformers(task: Task): string {
  if (task === 'qa') {
    return `
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("${path}")
model = AutoModelForQuestionAnswering.from_pretrained("${path}").eval()
inputs = tokenizer("The question?", "The passage that holds the answer.", truncation="only_second", return_tensors="pt")
with torch.no_grad():
    outputs = model(**inputs)
start, end = outputs.start_logits[0].argmax(), outputs.end_logits[0].argmax()
print(tokenizer.decode(inputs["input_ids"][0, start : end + 1]))`;
  }
  const isToken = task === 'ner' || task === 'pos';
  const options = isToken ? `, aggregation_strategy="${task === 'ner' ? 'simple' : 'none'}"` : task === 'multilabel' ? ', top_k=None' : '';
  const call = task === 'pair' ? 'model({"text": "The first text.", "text_pair": "The second text."})' : 'model("A text.")';
  return `
from transformers import pipeline

model = pipeline("${isToken ? 'token-classification' : 'text-classification'}", model="${path}"${options})
print(${call})`;
}

function transformersJs(task: Task, name: string, format: OnnxFormat): string {
  const where = `env.localModelPath = 'path/to/'; // The folder that this model's folder lies in.`;
  const model = `${JSON.stringify(name)}, { dtype: '${dtypes[format]}' }`;
  if (task === 'pair' || task === 'regression') {
    const call = task === 'pair' ? "tokenizer('The first text.', { text_pair: 'The second text.' })" : "tokenizer('A text.')";
    return `
import { AutoModelForSequenceClassification, AutoTokenizer, env } from '@huggingface/transformers';

${where}
const tokenizer = await AutoTokenizer.from_pretrained(${JSON.stringify(name)});
const model = await AutoModelForSequenceClassification.from_pretrained(${model});
const { logits } = await model(${call});
console.log(logits.tolist());`;
  }
  const pipelineTask = task === 'qa' ? 'question-answering' : task === 'ner' || task === 'pos' ? 'token-classification' : 'text-classification';
  const call = task === 'qa' ? "model('The question?', 'The passage that holds the answer.')" : task === 'multilabel' ? "model('A text.', { top_k: null })" : "model('A text.')";
  return `
import { env, pipeline } from '@huggingface/transformers';

${where}
const model = await pipeline('${pipelineTask}', ${model});
console.log(await ${call});`;
}

function onnxRuntime(task: Task, format: OnnxFormat): string {
  const texts = task === 'pair' ? '"The first text.", "The second text."' : task === 'qa' ? '"The question?", "The passage that holds the answer."' : '"A text."';
  const labels = 'labels = json.loads(session.get_modelmeta().custom_metadata_map["id2label"])';
  const answers: Readonly<Record<Task, string>> = {
    classification: `${labels}\nprint(labels[str(outputs[0][0].argmax())])`,
    pair: `${labels}\nprint(labels[str(outputs[0][0].argmax())])`,
    multilabel: `${labels}\nprint([labels[str(index)] for index in np.flatnonzero(outputs[0][0] > 0)])`,
    regression: 'print(float(outputs[0][0, 0]))',
    pos: `${labels}\nprint([(token, labels[str(row.argmax())]) for token, row in zip(encoding.tokens, outputs[0][0])])`,
    ner: `${labels}\nprint([(token, labels[str(row.argmax())]) for token, row in zip(encoding.tokens, outputs[0][0])])`,
    qa: 'start, end = outputs[0][0].argmax(), outputs[1][0].argmax()\nprint(tokenizer.decode(encoding.ids[start : end + 1]))',
  };
  const isLabelled = answers[task].includes('json.');
  return `
${isLabelled ? 'import json\n\n' : ''}import numpy as np
import onnxruntime
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file("${path}/tokenizer.json")
session = onnxruntime.InferenceSession("${path}/${onnxFiles[format]}")
encoding = tokenizer.encode(${texts})
inputs = {"input_ids": encoding.ids, "attention_mask": encoding.attention_mask, "token_type_ids": encoding.type_ids}
outputs = session.run(${task === 'qa' ? '["start_logits", "end_logits"]' : '["logits"]'}, {name: np.array([ids], dtype=np.int64) for name, ids in inputs.items()})
${answers[task]}`;
}
