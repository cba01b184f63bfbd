/** `doctor.run`: starts the doctor's process (src/engine/doctor/entry.ts), takes its report and ends it. */
import { utilityProcess } from 'electron';
import * as v from 'valibot';
import { DoctorReportSchema } from '../shared/doctor.js';
import type { DoctorReport } from '../shared/doctor.js';
import { AppError } from '../shared/errors.js';
import { pickEnvironment } from './engine-process.js';

/** A model that was never verified is hashed, which takes a slow disk some seconds. */
const TIMEOUT_MS = 60_000;

export interface DoctorPaths {
  /** The doctor's own build; an entry of electron.vite.config.ts. */
  readonly doctorPath: string;
  readonly resourcesFolder: string;
  readonly modelsFolder: string;
}

/** Rejects with AppError `engine-unavailable` when the process ends or hangs before it has reported. */
export async function runDoctorProcess(paths: DoctorPaths, version: string): Promise<DoctorReport> {
  const child = utilityProcess.fork(paths.doctorPath, [paths.resourcesFolder, paths.modelsFolder, version], {
    serviceName: 'tilescribe-doctor',
    env: pickEnvironment(),
    stdio: 'inherit',
  });
  try {
    return await new Promise<DoctorReport>((resolve, reject) => {
      const giveUp = (how: string): void => {
        reject(
          new AppError(
            'engine-unavailable',
            `The doctor ${how} before it had looked at everything.`,
            'Run "npx tilescribe doctor" in a terminal, which shows how far it comes.',
          ),
        );
      };
      const timer = setTimeout(() => {
        giveUp('hung');
      }, TIMEOUT_MS);
      child.once('message', (message: unknown) => {
        clearTimeout(timer);
        const parsed = v.safeParse(DoctorReportSchema, message);
        if (parsed.success) resolve(parsed.output);
        else giveUp('said something else');
      });
      child.once('exit', () => {
        clearTimeout(timer);
        giveUp('ended');
      });
    });
  } finally {
    child.kill();
  }
}
