/**
 * When what was heard before stops being of use to the voice detector: its network remembers, and after half a minute of
 * noise it is deaf to some voices that it hears well in a recording of their own. In: levels and probabilities of frames,
 * in order. Out: whether to forget, at the end of every 256 ms. Pure; depends on the frames alone, not on how they came.
 *
 * Forgotten is only where nobody has spoken for two seconds and the sound has become much louder or softer: in noise and
 * music that go on as they are a network without memory takes single frames for speech.
 */
import type { VoiceFrame } from './voice-stream.js';

/** Frames of a part; 256 ms. */
export const PART_FRAMES = 8;
/** Parts to have been without speech, and to compare the last one with. */
const STILL_PARTS = 8;
/** Below this in all frames nobody speaks (spans.ts, CAUTIOUS). */
const DOUBT = 0.1;
/** 8 dB, of power. */
const CHANGE = 10 ** 0.8;
/** The power of the softest sound that counts, -80 dB: what is below is silence of one kind. */
const FLOOR_POWER = 1e-8;

export class SceneChange {
  /** Power of the parts that were still, at most STILL_PARTS and the last one. */
  #powers: readonly number[] = [];
  #frames: VoiceFrame[] = [];

  /** Takes the next frame. @returns true when it ends a part that begins another scene. */
  push(frame: VoiceFrame): boolean {
    this.#frames.push(frame);
    if (this.#frames.length < PART_FRAMES) return false;
    const part = this.#frames;
    this.#frames = [];
    if (part.some(({ probability }) => probability >= DOUBT)) {
      this.#powers = [];
      return false;
    }
    const power = Math.max(FLOOR_POWER, mean(part.map(({ level }) => level * level)));
    const before = this.#powers.slice(-STILL_PARTS);
    this.#powers = [...before, power];
    if (before.length < STILL_PARTS) return false;
    const usual = mean(before);
    if (power < usual * CHANGE && power > usual / CHANGE) return false;
    this.#powers = [power];
    return true;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
