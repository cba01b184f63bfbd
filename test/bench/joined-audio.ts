/**
 * The files to transcribe, made of recordings with known text: 16 kHz mono 16-bit WAV, the same bytes for
 * every engine. In: the corpus, or without one the one recording that set-up fetches. Out: sets of paths
 * with what is said in them. They are made once and kept in .cache/bench/audio.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from '../eval/manifest.js';
import type { Recording } from '../eval/manifest.js';
import { decodeWithFfmpeg } from './ffmpeg-pcm.js';
import { createWavHeader } from './wav-samples.js';

export interface AudioSet {
  readonly name: string;
  readonly paths: readonly string[];
  readonly seconds: number;
  /** What is said, all files one after the other. */
  readonly reference: string;
}

export interface Corpus {
  readonly recordings: readonly Recording[];
  /** Null, or what the reader should know of the recordings. */
  readonly note: string | null;
}

const BYTES_PER_SECOND = 32_000;
const QUEUE_LENGTH = 20;
const QUEUE_LONGEST_SECONDS = 15;
/** Reads the English of the corpus; the Kennedy sentence comes first in either. */
export async function findCorpus(root: string): Promise<Corpus> {
  const folder = process.env['TILESCRIBE_SPEECH'] ?? join(root, '..', 'shared', 'speech');
  const manifest = join(folder, 'dev', 'manifest.jsonl');
  if (existsSync(manifest)) {
    const recordings = (await readManifest(manifest)).filter(({ language }) => language === 'en');
    const kennedy = recordings.filter(({ file }) => file.includes('jfk'));
    return { recordings: [...kennedy, ...recordings.filter((one) => !kennedy.includes(one))], note: null };
  }
  const kennedy: Recording = {
    file: 'jfk.wav',
    path: join(root, '.cache', 'speech', 'jfk.wav'),
    text: 'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.',
    seconds: 11,
    language: 'en',
  };
  return {
    recordings: [kennedy],
    note: 'There is no speech corpus beside the project (or at $TILESCRIBE_SPEECH): the files are one sentence again and again, so error rates mean little.',
  };
}

/** Recordings in order, from the first again after the last, until they are as long as asked. */
export function chooseRecordings(recordings: readonly Recording[], seconds: number): readonly Recording[] {
  const chosen: Recording[] = [];
  for (let length = 0, i = 0; length < seconds && recordings.length > 0; i++) {
    const recording = recordings[i % recordings.length]!;
    chosen.push(recording);
    length += recording.seconds;
  }
  return chosen;
}

/** The first `count` short ones, from the first again when there are fewer. */
export function chooseQueue(recordings: readonly Recording[], count: number): readonly Recording[] {
  const short = recordings.filter(({ seconds }) => seconds <= QUEUE_LONGEST_SECONDS);
  return Array.from({ length: short.length === 0 ? 0 : count }, (_value, i) => short[i % short.length]!);
}

export class AudioMaker {
  readonly #folder: string;
  readonly #recordings: readonly Recording[];

  constructor(root: string, recordings: readonly Recording[]) {
    this.#folder = join(root, '.cache', 'bench', 'audio');
    this.#recordings = recordings;
  }

  async kennedy(): Promise<AudioSet> {
    return await this.#joinAll('jfk', this.#recordings.slice(0, 1));
  }

  /** One after the other without a pause between. */
  async minutes(minutes: number): Promise<AudioSet> {
    return await this.#joinAll(
      minutes === 1 ? '1 minute' : `${minutes} minutes`,
      chooseRecordings(this.#recordings, minutes * 60),
    );
  }

  async queue(count = QUEUE_LENGTH): Promise<AudioSet> {
    const chosen = chooseQueue(this.#recordings, count);
    const files = await Promise.all(chosen.map(async (one) => await this.#joinAll('one', [one])));
    return {
      name: `${chosen.length} short files`,
      paths: files.flatMap(({ paths }) => paths),
      seconds: files.reduce((sum, { seconds }) => sum + seconds, 0),
      reference: chosen.map(({ text }) => text).join(' '),
    };
  }

  async #joinAll(name: string, recordings: readonly Recording[]): Promise<AudioSet> {
    const key = createHash('sha256');
    for (const { path } of recordings) {
      const { size } = await stat(path);
      key.update(`${path}\0${size}\0`);
    }
    const path = join(this.#folder, `${key.digest('hex').slice(0, 16)}.wav`);
    if (!existsSync(path)) await this.#write(path, recordings);
    const { size } = await stat(path);
    return {
      name,
      paths: [path],
      seconds: size / BYTES_PER_SECOND,
      reference: recordings.map(({ text }) => text).join(' '),
    };
  }

  async #write(path: string, recordings: readonly Recording[]): Promise<void> {
    const decoded = new Map<string, Buffer>();
    for (const recording of recordings) {
      if (!decoded.has(recording.path)) decoded.set(recording.path, await decodeWithFfmpeg(recording.path));
    }
    const parts = recordings.map((recording) => decoded.get(recording.path)!);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    await mkdir(this.#folder, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    await writeFile(unfinished, Buffer.concat([createWavHeader(bytes), ...parts]));
    await rename(unfinished, path);
  }
}
