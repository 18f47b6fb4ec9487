import { InputError } from '../../../shared/domain/errors.ts';
import type { Weights } from './tensors.ts';

/** What a file has of the parameters a model expects. */
export interface ParameterMatch {
  /** By expected name, in the order of `expected`. */
  readonly found: Weights;
  readonly missing: string[];
  /** As the file names them. */
  readonly unexpected: string[];
}

const prefix = 'bert.';

/** Older files, converted from TensorFlow, call the weight and bias of LayerNorm gamma and beta. */
export const canonicalName = (name: string): string => name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');

/** True for the id buffers some versions of transformers saved with the parameters. */
export const isBuffer = (name: string): boolean => /(^|\.)embeddings\.(position_ids|token_type_ids)$/.test(name);

/**
 * Finds a model's parameters among a file's tensors. Files saved from the bare encoder lack the `bert.` before its names and others
 * have it; both match, an exact name first. The tensors found are those of `weights`, not copies.
 * @param expected shape by name, as in Hugging Face's BertFor... classes: `bert.embeddings.word_embeddings.weight`, `classifier.weight`
 * @throws {InputError} `weights-shape` when a tensor has another shape than expected
 */
export function matchParameters(weights: Weights, expected: ReadonlyMap<string, readonly number[]>): ParameterMatch {
  const fileNames = new Map<string, string>();
  for (const name of weights.keys()) {
    const canonical = canonicalName(name);
    if (canonical === name || !weights.has(canonical)) fileNames.set(canonical, name);
  }
  const found: Weights = new Map(), missing: string[] = [], used = new Set<string>();
  for (const [name, shape] of expected) {
    const fileName = fileNames.get(name) ?? fileNames.get(name.startsWith(prefix) ? name.slice(prefix.length) : prefix + name);
    if (fileName === undefined) {
      missing.push(name);
      continue;
    }
    const tensor = weights.get(fileName)!;
    if (tensor.shape.join() !== shape.join()) {
      throw new InputError('weights-shape', `The weight “${name}” has the shape ${list(tensor.shape)} in the file where this model needs ${list(shape)}: check that the file and its config.json belong together.`);
    }
    found.set(name, tensor);
    used.add(fileName);
  }
  const unexpected = [...weights.keys()].filter((name) => !used.has(name) && !isBuffer(name));
  return { found, missing, unexpected };
}

const list = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
