/** The waveform of a job as far as it is written, for the page. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SAMPLES_PER_PEAK } from '../shared/peaks.js';
import type { Peaks } from '../shared/peaks.js';
import { PEAKS_FILE } from '../shared/sound-files.js';

/** Null when there is none. */
export async function readPeaks(folder: string): Promise<Peaks | null> {
  try {
    const bytes = await readFile(join(folder, PEAKS_FILE));
    // A crash may have left half a pair.
    return { samplesPerPeak: SAMPLES_PER_PEAK, peaks: new Uint8Array(bytes.subarray(0, bytes.length & ~1)) };
  } catch {
    return null;
  }
}
