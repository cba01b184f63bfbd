/**
 * Starts a process for one question, takes its one answer, and ends it: for looking at what may be broken, which must
 * then break nothing else.
 */
import { utilityProcess } from 'electron';
import * as v from 'valibot';
import { AppError } from '../shared/errors.js';
import { pickEnvironment } from './engine-process.js';

export interface Question<S extends v.GenericSchema> {
  /** The process's own build; an entry of electron.vite.config.ts. */
  readonly path: string;
  readonly args: readonly string[];
  readonly serviceName: string;
  readonly answer: S;
  readonly timeoutMs: number;
  /** "The doctor", and what to do when it gives no answer. */
  readonly who: string;
  readonly remedy: string;
}

/** Rejects with AppError `engine-unavailable` when the process ends or hangs before it has answered. */
export async function askProcess<S extends v.GenericSchema>(
  question: Question<S>,
): Promise<v.InferOutput<S>> {
  const { path, args, serviceName, answer, timeoutMs, who, remedy } = question;
  const child = utilityProcess.fork(path, [...args], {
    serviceName,
    env: pickEnvironment(),
    stdio: 'inherit',
  });
  try {
    return await new Promise<v.InferOutput<S>>((resolve, reject) => {
      const giveUp = (how: string): void => {
        reject(
          new AppError('engine-unavailable', `${who} ${how} before it had looked at everything.`, remedy),
        );
      };
      const timer = setTimeout(() => {
        giveUp('hung');
      }, timeoutMs);
      child.once('message', (message: unknown) => {
        clearTimeout(timer);
        const parsed = v.safeParse(answer, message);
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
