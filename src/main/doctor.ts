/** `doctor.run`: asks the doctor's process (src/engine/doctor/entry.ts) for its report. */
import { commandName } from '../models/command.mjs';
import { DoctorReportSchema } from '../shared/doctor.js';
import type { DoctorReport } from '../shared/doctor.js';
import { askProcess } from './ask-process.js';
import type { Paths } from './paths.js';

/** A model that was never verified is hashed, which takes a slow disk some seconds. */
const TIMEOUT_MS = 60_000;

type DoctorPaths = Pick<Paths, 'doctorPath' | 'resourcesFolder' | 'modelsFolder'>;

/** Rejects as askProcess does. */
export function runDoctorProcess(
  { doctorPath, resourcesFolder, modelsFolder }: DoctorPaths,
  version: string,
): Promise<DoctorReport> {
  return askProcess({
    path: doctorPath,
    args: [resourcesFolder, modelsFolder, version],
    serviceName: 'tilescribe-doctor',
    answer: DoctorReportSchema,
    timeoutMs: TIMEOUT_MS,
    who: 'The doctor',
    remedy: `Run "${commandName()} doctor" in a terminal, which shows how far it comes.`,
  });
}
