/**
 * Files named when the app is started ("Open with", `tilescribe a.mp3`), and again when it is started
 * a second time: the second process hands its files over and ends.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

/** What a second process passes to the first: absolute already, since only it knows its own folder. */
const HandOverSchema = v.object({ paths: v.pipe(v.array(v.string()), v.maxLength(10_000)) });
export type HandOver = v.InferOutput<typeof HandOverSchema>;

/** No files for anything else than a hand-over of ours. */
export function readHandOver(data: unknown): readonly string[] {
  const parsed = v.safeParse(HandOverSchema, data);
  return parsed.success ? parsed.output.paths : [];
}

export interface StartArguments {
  /** process.argv, the program itself first. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Run as `electron FOLDER …`: the first name is the app's folder, wherever Chromium's switches stand. */
  readonly isRunFromFolder: boolean;
}

/**
 * The files named at start, absolute. Whatever starts with a dash is a switch (ours or Chromium's) until
 * `--`; after it all are files.
 */
export function parseFileArguments({ argv, cwd, isRunFromFolder }: StartArguments): string[] {
  const given = argv.slice(1);
  const separator = given.indexOf('--');
  const before = separator === -1 ? given : given.slice(0, separator);
  const after = separator === -1 ? [] : given.slice(separator + 1);
  const named = before.filter((argument) => !argument.startsWith('-')).slice(isRunFromFolder ? 1 : 0);
  return [...named, ...after]
    .filter((argument) => argument !== '')
    .map((argument) => toAbsolutePath(argument, cwd));
}

function toAbsolutePath(argument: string, cwd: string): string {
  if (argument.startsWith('file://')) {
    try {
      return fileURLToPath(argument);
    } catch {
      // Not a usable URL, so it is a strange name.
    }
  }
  return resolve(cwd, argument);
}
