import { readdir } from 'node:fs/promises';
import { writeModelWeights } from '../weights/folder.ts';
import { writeConfig } from '../weights/config.ts';
import type { SavedType } from '../weights/safetensors.ts';
import { dataFilesIn, withDataFiles } from './data-files.ts';
import { exists, stopIfAsked, writeTogether, type FileSizes } from './folder.ts';
import { checkModel, readTrainedModel, type TrainedModel } from './trained-model.ts';

export interface HuggingFaceExport {
  /** float32 unless told otherwise. */
  readonly dtype?: SavedType;
  /** Looked at between stages. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a fine-tuned model as transformers loads it: config.json, model.safetensors (or shards with an index above 5 GB) and the tokenizer's
 * files. An ONNX export may lie in the same folder.
 * @param model or its folder in Hugging Face layout
 * @throws {InputError} as `readTrainedModel` and `checkModel`; `weights-out-of-range`
 * @throws {CancelledError} and {MachineError}; then `outFolder` is as it was
 */
export async function exportHuggingFace(model: TrainedModel | string, { dtype = 'float32', signal }: HuggingFaceExport, outFolder: string): Promise<FileSizes> {
  const { config, weights, tokenizer } = checkModel(typeof model === 'string' ? await readTrainedModel(model) : model);
  return writeTogether(outFolder, async (staging) => {
    stopIfAsked(signal);
    await tokenizer.saveTo(staging);
    const described = withDataFiles(config, await dataFilesIn(outFolder));
    await writeConfig(staging, { ...described, extra: { ...described.extra, dtype } });
    stopIfAsked(signal);
    await writeModelWeights(staging, weights, { dtype });
  }, { signal, obsolete: await weightFilesIn(outFolder) });
}

/** What might be taken for the new model's weights. */
const weightFilesIn = async (folder: string): Promise<string[]> => ((await exists(folder)) ? (await readdir(folder)).filter((name) => weightFile.test(name)) : []);
const weightFile = /^(model(-\d{5}-of-\d{5})?\.safetensors|pytorch_model(-\d{5}-of-\d{5})?\.bin|(model\.safetensors|pytorch_model\.bin)\.index\.json)$/;
