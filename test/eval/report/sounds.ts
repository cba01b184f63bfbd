/** What is heard, as items with a hash: recordings of the corpus, sounds without speech, joined recordings. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createWavHeader } from '../../bench/wav-samples.js';
import * as made from '../../made-sound.js';
import type { Recording } from '../manifest.js';

/** One thing to hear. */
export interface Item {
  readonly recording: Recording;
  /** Of its bytes and its language. */
  readonly key: string;
}

/** Root mean square of a room where a fan runs, and of a quiet one (-30 and -54 dB of full scale). */
const NOISE_LEVELS = { loud: 0.03, quiet: 0.002 } as const;
const TONE_AMPLITUDE = 0.3;
const HUM_AMPLITUDE = 0.05;

/** Without a word in them. */
export interface MadeSound {
  readonly name: string;
  readonly make: (seconds: number) => Float32Array;
}

export const MADE_SOUNDS: readonly MadeSound[] = [
  { name: 'silence', make: made.makeSilence },
  ...made.NOISE_COLOURS.flatMap((colour) =>
    (['loud', 'quiet'] as const).map((level) => ({
      name: `${colour} noise, ${level}`,
      make: (seconds: number) => made.makeNoise(colour, seconds, NOISE_LEVELS[level]),
    })),
  ),
  { name: 'tone of 440 Hz', make: (seconds) => made.makeTone(440, seconds, TONE_AMPLITUDE) },
  { name: 'dial tone', make: (seconds) => made.makeSignal(made.DIAL_TONE, seconds, TONE_AMPLITUDE) },
  { name: 'busy tone', make: (seconds) => made.makeSignal(made.BUSY_TONE, seconds, TONE_AMPLITUDE) },
  { name: 'beeps', make: (seconds) => made.makeSignal(made.BEEPS, seconds, TONE_AMPLITUDE) },
  { name: 'telephone dialling', make: (seconds) => made.makeDialling(seconds, TONE_AMPLITUDE) },
  { name: 'mains hum', make: (seconds) => made.makeHum(seconds, HUM_AMPLITUDE) },
  { name: 'music', make: made.makeMusic },
];

export async function createItem(recording: Recording): Promise<Item> {
  const hash = createHash('sha256').update(await readFile(recording.path));
  return { recording, key: hash.update(`\0${recording.language}`).digest('hex') };
}

/** Makes the files that are not there yet. */
export async function writeMadeSounds(folder: string, seconds: number): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const { name, make } of MADE_SOUNDS) {
    const file = `${name.replaceAll(/[ ,]+/g, '-')}-${seconds}s.wav`;
    const path = join(folder, file);
    if (!existsSync(path)) await writeWav(path, toPcm(make(seconds)));
    items.push(await createItem({ file: name, path, text: '', seconds, language: 'en' }));
  }
  return items;
}

/** 16 bit, as files have it. @param samples in [-1, 1]; what is beyond is clipped. */
export function toPcm(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));
}

/** Written aside and renamed: never half there. */
export async function writeWav(path: string, pcm: Int16Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const bytes = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  await writeFile(unfinished, Buffer.concat([createWavHeader(bytes.length), bytes]));
  await rename(unfinished, path);
}
