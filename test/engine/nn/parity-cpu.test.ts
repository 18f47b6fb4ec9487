import { describe } from 'vitest';
import { device } from '../../../src-main/engine/session/device.ts';
import { materialIsAbsent } from '../../support/shared-material.ts';
import { matchesReference } from './parity.ts';

describe.skipIf(materialIsAbsent)('on the CPU', () => matchesReference(device('cpu', 2), 1, () => 20));
