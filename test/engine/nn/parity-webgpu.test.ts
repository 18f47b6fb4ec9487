import { describe } from 'vitest';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { gpu, gpuIsAbsent, keepGpuOpen } from '../../support/software-gpu.ts';
import { matchesReference } from './parity.ts';

// A step takes half a second in software: the whole trace for the smallest and the largest graph, the start of it for the others.
const whole = new Set(['sequence-classification', 'masked-lm']);

describe.skipIf(materialIsAbsent || gpuIsAbsent)('on WebGPU', () => {
  keepGpuOpen();
  matchesReference(gpu, 10, (head) => (whole.has(head) ? 20 : 4));
});
