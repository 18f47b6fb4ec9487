/** What training can run on. */
export const deviceNames = ['cpu', 'webgpu', 'cuda', 'dml'] as const;
export type DeviceName = (typeof deviceNames)[number];

/** What a device is worth on this machine. */
export interface DeviceReport {
  readonly name: DeviceName;
  readonly usable: boolean;
  /** Wired, but not yet measured on real hardware. */
  readonly experimental: boolean;
  /** Why it is not usable. */
  readonly reason?: string;
  /** Largest difference of a training step's gradients from the CPU's, relative to the largest gradient. */
  readonly largestError?: number;
  /** Milliseconds of that step. */
  readonly stepMilliseconds?: number;
}
