import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from '../../../src-main/engine/export/onnx.ts';
import type { OnnxFormat } from '../../../src-main/engine/export/formats.ts';
import type { Tokenizer } from '../../../src-main/engine/tokenizers/tokenizer.ts';
import { operatorsOf, readModel, temporaryFolder, tinyModel, tinyTokenizer } from './support.ts';

const root = temporaryFolder();
let tokenizer: Tokenizer;
beforeAll(async () => { tokenizer = await tinyTokenizer(root); });

/** How often the runtime, when it has optimised a file, runs each operator. */
async function optimised(format: OnnxFormat): Promise<Record<string, number>> {
  const { modelFile } = await exportOnnx(tinyModel(tokenizer), { format }, join(root, format)), path = join(root, `${format}.onnx`);
  const session = await InferenceSession.create(join(root, format, modelFile), { optimizedModelFilePath: path, intraOpNumThreads: 1, logSeverityLevel: 3 });
  await session.release();
  return Object.fromEntries(Object.entries(Object.groupBy(operatorsOf(readModel(path)), (operator) => operator)).map(([operator, uses]) => [operator, uses!.length]));
}

describe('the runtime', () => {
  it('makes one node of each GELU, of each scaled product of query and key, and of pooler and tanh', async () => {
    expect(await optimised('onnx')).toMatchObject({ Gelu: 2, FusedMatMul: 2, FusedGemm: 1, LayerNormalization: 5 });
  });

  it('makes one node of each product in int8', async () => {
    const operators = await optimised('onnx-int8');
    expect(operators).toMatchObject({ MatMulIntegerToFloat: 6, DynamicQuantizeMatMul: 6 });
    expect(operators).not.toHaveProperty('MatMulInteger');
  });
});
