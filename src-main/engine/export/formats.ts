/** The precisions an ONNX file is written in. */
export const onnxFormats = ['onnx', 'onnx-fp16', 'onnx-int8'] as const;
export type OnnxFormat = (typeof onnxFormats)[number];

/** Where transformers.js looks for them, from a model's folder: its `dtype` "fp32", "fp16" and "q8". */
export const onnxFiles: Readonly<Record<OnnxFormat, string>> = {
  onnx: 'onnx/model.onnx',
  'onnx-fp16': 'onnx/model_fp16.onnx',
  'onnx-int8': 'onnx/model_quantized.onnx',
};

/** The file beside an ONNX file that holds weights too large for it, as both libraries name it. */
export const dataFileOf = (onnxFile: string): string => `${onnxFile}_data`;
