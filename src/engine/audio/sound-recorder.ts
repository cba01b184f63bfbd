/**
 * Keeps what a job hears: each block passes through unchanged and is written to audio.wav on the way, and its
 * extremes to peaks.bin (shared/sound-files.ts), so that playback and waveform never decode the file again.
 * Holds one block, however long the recording is.
 *
 * Surprising: a job that goes on after a stop hears its file from the beginning (transcribe.ts passes over what
 * is done), so both files are simply written again over themselves, and heal whatever a crash left in them. And
 * a disk that is full ends the recording, never the job: the text matters more.
 */
import { open, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SAMPLES_PER_PEAK } from '../../shared/peaks.js';
import {
  AUDIO_FILE,
  BYTES_PER_SAMPLE,
  createWavHeader,
  PEAKS_FILE,
  WAV_HEADER_BYTES,
} from '../../shared/sound-files.js';

export interface SoundFolder {
  readonly folder: string;
  /** False: only the waveform. */
  readonly keepsAudio: boolean;
}

/** The same blocks. Files that cannot be written are left as they are. */
export async function* recordSound(
  blocks: AsyncIterable<Float32Array>,
  { folder, keepsAudio }: SoundFolder,
): AsyncGenerator<Float32Array> {
  const audio = keepsAudio ? await GrowingFile.open(join(folder, AUDIO_FILE)) : null;
  const peaks = await GrowingFile.open(join(folder, PEAKS_FILE));
  const finder = new PeakFinder();
  try {
    await audio?.append(createWavHeader(null));
    for await (const block of blocks) {
      await audio?.append(toInt16(block));
      await peaks?.append(finder.push(block));
      yield block;
    }
    await peaks?.append(finder.finish());
    await audio?.finish(createWavHeader(audio.length - WAV_HEADER_BYTES));
    await peaks?.finish(null);
  } finally {
    await audio?.close();
    await peaks?.close();
  }
}

/** Written from its start on over what is there, until something fails. */
class GrowingFile {
  readonly #path: string;
  #file: FileHandle | null;
  #length = 0;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<GrowingFile | null> {
    try {
      // 'a' makes it where it is not there, 'r+' neither empties it nor writes at its end alone.
      await (await open(path, 'a')).close();
      return new GrowingFile(path, await open(path, 'r+'));
    } catch {
      return null;
    }
  }

  get length(): number {
    return this.#length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.#file === null || bytes.length === 0) return;
    try {
      await this.#file.write(bytes, 0, bytes.length, this.#length);
      this.#length += bytes.length;
    } catch {
      await this.close();
    }
  }

  /** Cuts off what an earlier, longer recording left, and puts the final header in. */
  async finish(header: Uint8Array | null): Promise<void> {
    if (this.#file === null) return;
    try {
      await truncate(this.#path, this.#length);
      if (header !== null) await this.#file.write(header, 0, header.length, 0);
    } catch {
      await this.close();
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => undefined);
  }
}

/** float32 in [-1, 1] as s16, little-endian. */
export function toInt16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * BYTES_PER_SAMPLE);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < samples.length; index++) {
    view.setInt16(index * BYTES_PER_SAMPLE, clamp(Math.round(samples[index]! * 32_768), 32_767), true);
  }
  return bytes;
}

/** The extremes of each SAMPLES_PER_PEAK samples, however they come. */
export class PeakFinder {
  #least = 1;
  #greatest = -1;
  #count = 0;

  /** @returns the pairs that are complete now. */
  push(block: Float32Array): Uint8Array {
    const pairs: number[] = [];
    for (const sample of block) {
      if (sample < this.#least) this.#least = sample;
      if (sample > this.#greatest) this.#greatest = sample;
      this.#count++;
      if (this.#count === SAMPLES_PER_PEAK) pairs.push(...this.#take());
    }
    return Uint8Array.from(Int8Array.from(pairs));
  }

  /** @returns the pair of the rest. */
  finish(): Uint8Array {
    return this.#count === 0 ? new Uint8Array(0) : Uint8Array.from(Int8Array.from(this.#take()));
  }

  #take(): readonly number[] {
    const pair = [toInt8(this.#least), toInt8(this.#greatest)];
    this.#least = 1;
    this.#greatest = -1;
    this.#count = 0;
    return pair;
  }
}

function toInt8(sample: number): number {
  return clamp(Math.round(sample * 128), 127);
}

function clamp(value: number, greatest: number): number {
  return Math.max(-greatest - 1, Math.min(greatest, value));
}
