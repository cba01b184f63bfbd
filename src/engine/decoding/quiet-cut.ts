/**
 * Where to cut a stretch of sound so that no word is cut if it can be helped: in the middle of its quietest
 * part. Pure.
 */
import { WINDOW_SAMPLES } from '../mel/log-mel.js';

/** A window is cut in its last third: encoding costs nearly the same for any length. */
export const EARLIEST_CUT = (WINDOW_SAMPLES * 2) / 3;
/** Energy is looked at in frames of 20 ms, */
const FRAME_SAMPLES = 320;
/** and a pause is as quiet as its loudest part over 0.3 s, so that a short stop inside a word does not win. */
const PAUSE_FRAMES = 15;

/**
 * @param samples the sound, whose start is the start of the chunk.
 * @param earliest the cut is not before this sample,
 * @param latest nor after this one.
 * @returns the sample to cut at; of equally quiet places the latest.
 */
export function findQuietCut(samples: Float32Array, earliest: number, latest: number): number {
  const first = Math.floor(earliest / FRAME_SAMPLES);
  const count = Math.floor(latest / FRAME_SAMPLES) - first;
  const energies = Array.from({ length: count }, (_, i) => frameEnergy(samples, first + i));
  let bestFrame = count;
  let bestEnergy = Infinity;
  for (let i = 0; i + PAUSE_FRAMES <= count; i++) {
    const energy = Math.max(...energies.slice(i, i + PAUSE_FRAMES));
    if (energy <= bestEnergy) {
      bestEnergy = energy;
      bestFrame = i + Math.floor(PAUSE_FRAMES / 2);
    }
  }
  return Math.min(latest, (first + bestFrame) * FRAME_SAMPLES);
}

function frameEnergy(samples: Float32Array, frame: number): number {
  let energy = 0;
  for (let i = frame * FRAME_SAMPLES; i < (frame + 1) * FRAME_SAMPLES; i++) {
    const sample = samples[i] ?? 0;
    energy += sample * sample;
  }
  return energy;
}
