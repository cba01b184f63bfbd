/**
 * Brings quiet sound up to the level at which the voice detector was trained: it misses nearly all speech that
 * is 60 dB down (docs/accuracy.md, "Voice activity"), which Whisper, whose spectrogram is relative to its
 * maximum, hears well. Loud sound stays as it is. The level is that of the loudest frame lately, so speech is
 * not pumped up in its own pauses, and it depends on the frames alone, not on how the stream was cut.
 */
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { FRAME_SAMPLES } from './frame-model.js';

/** The root mean square that the loudest frames are brought to: -20 dB of full scale. */
const TARGET_LEVEL = 0.1;
/** 60 dB: brings the last bit of 16-bit sound to the target. */
const MOST_GAIN = 1000;
/** What was loud is forgotten by 1 dB a second. */
const DECAY = 10 ** (-FRAME_SAMPLES / SAMPLE_RATE_HZ / 20);

export class LevelControl {
  #loudest = 0;

  /** Amplifies one frame in place. @returns its root mean square before that, 0 to 1. */
  apply(frame: Float32Array): number {
    let energy = 0;
    for (const sample of frame) energy += sample * sample;
    const level = Math.sqrt(energy / frame.length);
    this.#loudest = Math.max(level, this.#loudest * DECAY);
    const gain = Math.min(MOST_GAIN, TARGET_LEVEL / this.#loudest);
    if (gain > 1) for (let i = 0; i < frame.length; i++) frame[i] = frame[i]! * gain;
    return level;
  }
}
