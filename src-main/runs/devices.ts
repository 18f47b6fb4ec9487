import type { DeviceName, DeviceReport } from '../../shared/domain/devices.ts';
import { MachineError } from '../../shared/domain/errors.ts';
import type { ComputeClient } from './compute-client.ts';

export interface DeviceOptions {
  readonly compute: ComputeClient;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** How long a device may take to prove itself. */
  readonly mostSeconds?: number | undefined;
}

/** A GPU in software may take a minute; a driver that has not answered by then never will. */
const patientSeconds = 180;
/** Who asks for the fastest device does not want to wait for one that is not. */
const hurriedSeconds = 20;

/** Devices that could be there on this platform; `probeDevices` tells whether they are. */
export const candidateDevices = async ({ compute, signal }: Omit<DeviceOptions, 'threads'>): Promise<readonly DeviceName[]> => (await compute.run<'devices'>({ kind: 'devices' }, { signal })).names;

/** What this machine can train on, each device proved in a process of its own. @param onReport called with each as it is known */
export async function probeDevices(names: readonly DeviceName[], options: DeviceOptions, onReport: (report: DeviceReport) => void = () => undefined): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const name of names) {
    const report = await probeDevice(name, options);
    onReport(report);
    reports.push(report);
  }
  return reports;
}

async function probeDevice(device: DeviceName, { compute, threads, signal, mostSeconds = patientSeconds }: DeviceOptions): Promise<DeviceReport> {
  try {
    return await compute.run<'probe'>({ kind: 'probe', device, threads }, { signal, mostSeconds });
  } catch (failure) {
    if (!(failure instanceof MachineError)) throw failure;
    return { name: device, usable: false, experimental: false, reason: failure.code === 'compute-silent' ? `it did not answer the test process within ${mostSeconds} seconds` : 'its driver crashed the test process' };
  }
}

/** Devices that `auto` considers: those measured on real hardware. */
const trusted: readonly DeviceName[] = ['cpu', 'webgpu'];

/** The usable device whose training step is fastest; a GPU that fails or is slower than the processor is passed over. */
export function fastestDevice(reports: readonly DeviceReport[]): DeviceName {
  const usable = reports.filter(({ name, usable }) => usable && trusted.includes(name));
  return usable.sort((one, other) => (one.stepMilliseconds ?? Infinity) - (other.stepMilliseconds ?? Infinity))[0]?.name ?? 'cpu';
}

/** A device, why it is that one where the user left it open, and a line about each that cannot be used. */
export interface SettledDevice {
  readonly name: DeviceName;
  readonly reason?: string;
  readonly passedOver: readonly string[];
}

function settled(reports: readonly DeviceReport[]): SettledDevice {
  const name = fastestDevice(reports), usable = reports.filter((report) => report.usable);
  const steps = usable.map((report) => `${report.name} ${report.stepMilliseconds?.toFixed(0) ?? '?'} ms`).join(', ');
  return {
    name, reason: usable.length > 1 ? `the fastest here; a test step takes ${steps}` : 'the only one that works here',
    passedOver: reports.filter((report) => !report.usable).map((report) => `${report.name} passed over: ${report.reason ?? 'it failed'}`),
  };
}

/** The device a user's wish comes to. @throws MachineError when the one named cannot be used */
export async function settleDevice(wish: 'auto' | DeviceName, options: DeviceOptions): Promise<SettledDevice> {
  if (wish === 'cpu') return { name: 'cpu', passedOver: [] };
  if (wish === 'auto') return settled(await probeDevices(trusted, { ...options, mostSeconds: hurriedSeconds }));
  const [report] = await probeDevices([wish], options);
  if (!report?.usable) throw new MachineError('device-unusable', `The device ${wish} cannot be used: ${report?.reason ?? 'it failed'}; use --device cpu, or see "sesame devices".`);
  return { name: wish, passedOver: [] };
}
