/** Recordings made for one purpose, from the sentence that every checkout has. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KENNEDY } from '../speech.js';

const MONO = 'aresample=16000,aformat=channel_layouts=mono';

async function runFfmpeg(...args: readonly string[]): Promise<void> {
  await promisify(execFile)('ffmpeg', ['-v', 'error', ...args]);
}

/** The sentence several times, with silence between. */
export async function makePausedRecording(folder: string, times = 2, pauseSeconds = 5): Promise<string> {
  const path = join(folder, 'paused.wav');
  const parts = Array.from({ length: times }, (_, index) => `[part${index}]`).join('');
  const seconds = times * 11 + (times - 1) * pauseSeconds;
  const filter = [
    `[0:a]${MONO},apad=pad_dur=${pauseSeconds},asplit=${times}${parts}`,
    `${parts}concat=n=${times}:v=0:a=1,atrim=0:${seconds}`,
  ].join(';');
  await runFfmpeg('-i', KENNEDY, '-filter_complex', filter, path);
  return path;
}

/** In so much noise that several words of it are doubtful; the louder, the more depends on how it is decoded. */
export async function makeNoisyRecording(folder: string, loudness = 0.12): Promise<string> {
  const path = join(folder, 'noisy.wav');
  const filter = `[0:a]${MONO}[speech];[speech][1:a]amix=inputs=2:duration=first:normalize=0`;
  const noise = `anoisesrc=r=16000:a=${loudness}:c=pink:seed=7`;
  await runFfmpeg('-i', KENNEDY, '-f', 'lavfi', '-i', noise, '-filter_complex', filter, path);
  return path;
}

/** The sentence so often, without a pause, that its transcript looks like a decoder caught in a loop. */
export async function makeRepeatedRecording(folder: string): Promise<string> {
  const path = join(folder, 'repeated.wav');
  await runFfmpeg('-stream_loop', '5', '-i', KENNEDY, '-af', MONO, path);
  return path;
}
