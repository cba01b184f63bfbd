/**
 * Recordings with a little silence before them: the same words, rounded otherwise, so that what is chance shows. Files
 * are made once.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_RATE_HZ } from '../../../src/shared/time.js';
import { decodeWithFfmpeg } from '../../bench/ffmpeg-pcm.js';
import type { Recording } from '../manifest.js';
import { createItem, writeWav } from './sounds.js';
import type { Item } from './sounds.js';
import { toInt16 } from './subjects.js';

/** The recording itself is one hearing more. */
const DELAYS_MS = [10, 20, 30, 40] as const;

/** One recording, once for each delay. */
export interface Delayed {
  /** Key of the recording itself. */
  readonly key: string;
  readonly items: readonly Item[];
}

/** @returns path of the recording with that much silence before it; its own for none. */
export async function ensureDelayed(
  { file, path }: Recording,
  delayMs: number,
  folder: string,
): Promise<string> {
  if (delayMs === 0) return path;
  const delayed = join(folder, `delayed-${delayMs}-${file.replaceAll('/', '-')}.wav`);
  if (!existsSync(delayed)) {
    const pcm = toInt16(await decodeWithFfmpeg(path));
    const silence = (delayMs * SAMPLE_RATE_HZ) / 1000;
    const both = new Int16Array(silence + pcm.length);
    both.set(pcm, silence);
    await writeWav(delayed, both);
  }
  return delayed;
}

export async function writeDelayed(originals: readonly Item[], folder: string): Promise<readonly Delayed[]> {
  const all: Delayed[] = [];
  for (const { recording, key } of originals) {
    const items: Item[] = [];
    for (const delayMs of DELAYS_MS) {
      const path = await ensureDelayed(recording, delayMs, folder);
      const file = `${recording.file}, ${delayMs} ms later`;
      items.push(await createItem({ ...recording, file, path, seconds: recording.seconds + delayMs / 1000 }));
    }
    all.push({ key, items });
  }
  return all;
}
