import { availableParallelism } from 'node:os';
import type { DeviceReport } from '../../../shared/domain/devices.ts';
import { candidateDevices, fastestDevice, probeDevices } from '../../runs/devices.ts';
import { command } from './command.ts';
import { noPositionals } from './data-options.ts';
import { wholeNumber } from './options.ts';
import { table } from './table.ts';

/** `sesame devices`: each device proved by a training step compared with the processor's, in a process of its own. */
export const devices = command({
  forms: ['devices'],
  options: { threads: wholeNumber('N', 1, 'of the processor (default: all)') },
  async run({ values, positionals }, { output, signal, compute }) {
    noPositionals(positionals);
    const threads = values.threads ?? availableParallelism(), names = await candidateDevices({ compute, signal });
    output.progress(`trying ${names.join(', ')}`);
    const reports = await probeDevices(names, { compute, threads, signal }, ({ name }) => output.progress(`${name} is done`)), auto = fastestDevice(reports);
    output.result({ auto, threads, devices: reports }, () => [
      ...table([['device', 'usable', 'largest error', 'step', ''], ...reports.map(rowOf)], { right: [2, 3] }), '', `--device auto takes ${auto}.`,
    ]);
  },
});

const rowOf = ({ name, usable, experimental, reason = '', largestError, stepMilliseconds }: DeviceReport): string[] => [
  name, usable ? 'yes' : 'no', largestError?.toExponential(1) ?? '', stepMilliseconds === undefined ? '' : `${stepMilliseconds.toFixed(0)} ms`,
  [reason, experimental ? 'experimental: not yet measured on real hardware' : ''].filter(Boolean).join('; '),
];
