/** The sound of one window with its edges, and what can be said of it without a model. Pure. */
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../mel/log-mel.js';

/** Below the smallest step of 16-bit sound: digital silence, which Whisper likes to fill with words. */
const SILENCE_PEAK = 1 / 32768;

export interface WindowSound {
  /** float32 [EDGE_SAMPLES + WINDOW_SAMPLES + EDGE_SAMPLES], zeros after the window's end. */
  readonly samples: Float32Array;
  /** Place of the window in the file, in samples. */
  readonly start: number;
  /** Sound in it, at most WINDOW_SAMPLES. */
  readonly length: number;
}

/** A copy that holds nothing after the first `length` samples of the window. */
export function silenceAfter(samples: Float32Array, length: number): Float32Array {
  return samples.slice().fill(0, EDGE_SAMPLES + length);
}

/** Of the window itself: its edges belong to its neighbours. */
export function isSilence(samples: Float32Array): boolean {
  for (let i = EDGE_SAMPLES; i < EDGE_SAMPLES + WINDOW_SAMPLES; i++) {
    if (Math.abs(samples[i]!) >= SILENCE_PEAK) return false;
  }
  return true;
}
