import type { DeviceName } from '../../shared/domain/devices.ts';
import type { models } from './models.ts';

export interface StepOrder {
  readonly model: keyof typeof models;
  readonly size: number;
  readonly length: number;
  readonly dropout: boolean;
  readonly warmups: number;
  readonly steps: number;
  readonly threads: number;
  readonly device?: DeviceName;
  readonly recompute?: boolean;
  readonly profilePrefix?: string;
}

export interface StepResult {
  /** Milliseconds of each step, and of its update alone. */
  readonly steps: readonly number[];
  readonly updates: readonly number[];
  /** Bytes. */
  readonly peakMemory: number;
  readonly sessionSeconds: number;
  readonly loss: number;
}
