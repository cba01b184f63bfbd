/**
 * Where the system's ffmpeg and ffprobe are: searched on PATH once, kept as absolute paths.
 * TILESCRIBE_FFMPEG names another ffmpeg; the ffprobe beside it goes with it.
 */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

export interface FfmpegLocation {
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Only what was found is kept, so that ffmpeg can be installed while the app runs. */
const found = new Map<string, FfmpegLocation>();

/** null when either of the two is missing. */
export async function findFfmpeg(environment: Environment = process.env): Promise<FfmpegLocation | null> {
  const { TILESCRIBE_FFMPEG: chosen = '', PATH: path = '' } = environment;
  const key = JSON.stringify([chosen, path]);
  const known = found.get(key);
  if (known) {
    return known;
  }
  const ffmpegPath = chosen === '' ? await searchPath('ffmpeg', path) : await asProgram(chosen);
  if (ffmpegPath === null) {
    return null;
  }
  const ffprobePath =
    (await asProgram(join(dirname(ffmpegPath), 'ffprobe'))) ?? (await searchPath('ffprobe', path));
  if (ffprobePath === null) {
    return null;
  }
  const location = { ffmpegPath, ffprobePath };
  found.set(key, location);
  return location;
}

/** Relative folders on PATH are passed over: what they name depends on where the app was started. */
async function searchPath(program: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const candidate = await asProgram(join(folder, program));
    if (candidate !== null) {
      return candidate;
    }
  }
  return null;
}

async function asProgram(path: string): Promise<string | null> {
  try {
    await access(path, constants.X_OK);
    return isAbsolute(path) && (await stat(path)).isFile() ? path : null;
  } catch {
    return null;
  }
}
