import { probe } from '../../engine/session/devices.ts';
import type { JobResults, ProbeJob } from '../../runs/jobs.ts';

export const probeJob = ({ device, threads }: ProbeJob): Promise<JobResults['probe']> => probe(device, threads);
