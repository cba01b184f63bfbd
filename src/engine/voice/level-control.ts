/**
 * By how much quiet sound is to be amplified for the voice detector to hear it as it was trained: it misses
 * nearly all speech that is 60 dB down (docs/accuracy.md, "Voice activity"), which Whisper, whose spectrogram
 * is relative to its maximum, hears well. The level is that of the loudest frame lately, so speech is not
 * pumped up in its own pauses, and it depends on the frames alone, not on how the stream was cut.
 */
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { FRAME_SAMPLES } from './voice-model.js';

/** The root mean square that the loudest frames are brought to: -20 dB of full scale. */
const TARGET_LEVEL = 0.1;
/** 60 dB: brings the last bit of 16-bit sound to the target. */
const MOST_GAIN = 1000;
/**
 * What was loud is forgotten by 20 dB a second: by 1 dB, which was tried, whoever speaks softly after a loud speaker
 * is missed for half a minute, and a pause is seldom long enough for its noise to be taken for speech.
 */
const DECAY = 10 ** (-FRAME_SAMPLES / SAMPLE_RATE_HZ);

export interface FrameLevel {
  /** Root mean square, 0 to 1. */
  readonly level: number;
  /** To multiply the samples by, at least 1. */
  readonly gain: number;
}

export class LevelControl {
  #loudest = 0;

  /** Hears the next frame. */
  measure(frame: Float32Array): FrameLevel {
    let energy = 0;
    for (let i = 0; i < frame.length; i++) energy += frame[i]! * frame[i]!;
    const level = Math.sqrt(energy / frame.length);
    this.#loudest = Math.max(level, this.#loudest * DECAY);
    return { level, gain: Math.min(MOST_GAIN, Math.max(1, TARGET_LEVEL / this.#loudest)) };
  }
}
