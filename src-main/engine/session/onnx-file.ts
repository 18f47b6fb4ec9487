import { InferenceSession, Tensor } from 'onnxruntime-node';
import { InputError } from '../../../shared/domain/errors.ts';
import type { Batch } from './shaped-sessions.ts';

export interface OnnxFileOptions {
  /** Threads inside one operator; 0 lets the runtime choose one a core. */
  readonly threads?: number;
}

/** A model from an ONNX file, ready to run on the CPU. */
export class OnnxFile {
  private readonly session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.session = session;
  }

  /** @throws {InputError} `onnx-unreadable` when the file is not there or no model the runtime can run */
  static async open(path: string, { threads = 0 }: OnnxFileOptions = {}): Promise<OnnxFile> {
    try {
      return new OnnxFile(await InferenceSession.create(path, { intraOpNumThreads: threads, executionProviders: ['cpu'] }));
    } catch (cause) {
      throw new InputError('onnx-unreadable', `“${path}” cannot be run (${(cause as Error).message}): export the model again.`, { cause });
    }
  }

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  /** The outputs for a batch by name, row-major. Arrays the model has no input for are passed over. Batches may differ in size and length. */
  async outputs(batch: Batch): Promise<Map<string, Float32Array>> {
    const feeds = Object.fromEntries(this.session.inputMetadata.map((input) => {
      const array = batch.arrays.get(input.name);
      if (!array) throw new Error(`no array for the model's input ${input.name}`);
      // Ids are int32 in our own graphs and int64 in files, as tokenizers elsewhere give them.
      const data = input.isTensor && input.type === 'int64' ? BigInt64Array.from(array.data as Int32Array, BigInt) : (array.data as Int32Array);
      return [input.name, data instanceof BigInt64Array ? new Tensor('int64', data, array.shape) : new Tensor('int32', data, array.shape)];
    }));
    const results = await this.session.run(feeds);
    return new Map(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  }

  /** Gives its memory back; the model cannot be run any more. */
  async dispose(): Promise<void> {
    await this.session.release();
  }
}
