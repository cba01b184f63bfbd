/**
 * Tones in a stream of frames. In: frames as they come. Out: the same frames, each with whether it is part of a tone,
 * a few frames later, since a tone is known only when it has lasted; `finish` gives out the rest. Pure: what is said of
 * a frame does not depend on how the stream was cut.
 */
import { FRAME_SAMPLES } from './voice-model.js';
import { TONE_FRAMES, ToneMeter } from './steady-tone.js';

/** A frame at either side of a tone is half of it: where it sets in and breaks off it is no tone by itself. */
const EDGE_FRAMES = 1;
/** Frames that are held back. */
export const HELD_FRAMES = TONE_FRAMES - 1 + EDGE_FRAMES;

export interface MarkedFrame {
  readonly samples: Float32Array;
  /** Root mean square, 0 to 1. */
  readonly level: number;
  readonly isTone: boolean;
}

export class ToneFinder {
  readonly #meter = new ToneMeter();
  #held: MarkedFrame[] = [];
  /** Of the last TONE_FRAMES frames, see ToneMeter. */
  #slopes: readonly number[] = [];
  /** Frames from now on that belong to a tone that was found. */
  #edge = 0;

  /** @returns the frame that is decided now, if one is. @param samples the next frame; is kept. */
  push(samples: Float32Array): MarkedFrame | null {
    this.#held.push({ samples, level: measureLevel(samples), isTone: this.#edge > 0 });
    this.#slopes = [...this.#slopes.slice(1 - TONE_FRAMES), measureSlope(samples)];
    this.#edge = Math.max(0, this.#edge - 1);
    const latest = this.#held.slice(-TONE_FRAMES);
    if (latest.length === TONE_FRAMES && this.#areTone(latest)) {
      // All that are held: the window and the edge before it.
      this.#held = this.#held.map((frame) => ({ ...frame, isTone: true }));
      this.#edge = EDGE_FRAMES;
    }
    return this.#held.length > HELD_FRAMES ? this.#held.shift()! : null;
  }

  finish(): readonly MarkedFrame[] {
    return this.#held.splice(0);
  }

  #areTone(frames: readonly MarkedFrame[]): boolean {
    const samples = new Float32Array(TONE_FRAMES * FRAME_SAMPLES);
    for (const [index, frame] of frames.entries()) samples.set(frame.samples, index * FRAME_SAMPLES);
    return this.#meter.isTone(samples, this.#slopes);
  }
}

function measureLevel(frame: Float32Array): number {
  let energy = 0;
  for (let i = 0; i < frame.length; i++) energy += frame[i]! * frame[i]!;
  return Math.sqrt(energy / frame.length);
}

/** Root mean square of what a sample differs from the one before. */
function measureSlope(frame: Float32Array): number {
  let energy = 0;
  for (let i = 1; i < frame.length; i++) energy += (frame[i]! - frame[i - 1]!) ** 2;
  return Math.sqrt(energy / frame.length);
}
