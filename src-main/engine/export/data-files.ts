import { join } from 'node:path';
import type { BertConfig } from '../weights/config.ts';
import { exists } from './folder.ts';
import { dataFileOf, onnxFiles } from './formats.ts';

/** The files of weights beside ONNX files, by their paths from the folder. */
export async function dataFilesIn(folder: string): Promise<string[]> {
  const present: string[] = [];
  for (const path of Object.values(onnxFiles).map(dataFileOf)) if (await exists(join(folder, path))) present.push(path);
  return present;
}

/** transformers.js looks for a file of weights only where config.json announces it. */
export function withDataFiles(config: BertConfig, dataFiles: readonly string[]): BertConfig {
  if (!dataFiles.length) return config;
  const announced = Object.fromEntries(dataFiles.map((path) => [path.replace('onnx/', '').replace(/_data$/, ''), true]));
  return { ...config, extra: { ...config.extra, 'transformers.js_config': { use_external_data_format: announced } } };
}
