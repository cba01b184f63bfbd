/**
 * A stream of sound as a stream of frames: how probable speech is in each and how loud it is. In: blocks of
 * 16 kHz samples of any length. Out: the frames that are complete; the rest waits for the next block, and
 * `finish` fills the last frame up with silence.
 *
 * What is certainly a tone is not given to the network: it hears silence there, and so it hears nothing in what
 * follows the tone either.
 *
 * Quiet frames are listened to twice, as they are and amplified, and the higher probability counts: the network
 * misses quiet speech, but the noise before a recording, amplified, can make it miss what follows.
 */
import { LevelControl } from './level-control.js';
import type { FrameLevel } from './level-control.js';
import { PART_FRAMES, SceneChange } from './scene-change.js';
import { ToneFinder } from './tone-finder.js';
import type { MarkedFrame } from './tone-finder.js';
import { FRAME_SAMPLES } from './voice-model.js';
import type { VoiceListener, VoiceModel } from './voice-model.js';

/** Amplification below this (6 dB) changes nothing that matters. */
const LEAST_GAIN = 2;

export interface VoiceFrame {
  /** Of speech, 0 to 1. */
  readonly probability: number;
  /** Root mean square of the samples, 0 to 1. */
  readonly level: number;
}

export class VoiceStream {
  readonly #model: VoiceModel;
  #asIs: VoiceListener;
  #amplified: VoiceListener;
  readonly #scene = new SceneChange();
  /** Frames of the part under way (scene-change.ts). */
  #partFrames = 0;
  readonly #control = new LevelControl();
  readonly #tones = new ToneFinder();
  #rest = new Float32Array(0);

  constructor(model: VoiceModel) {
    this.#model = model;
    this.#asIs = model.start();
    this.#amplified = model.start();
  }

  /** @returns the frames that are certain now: all but the last HELD_FRAMES and what is no whole frame. */
  async push(block: Float32Array): Promise<readonly VoiceFrame[]> {
    const samples = new Float32Array(this.#rest.length + block.length);
    samples.set(this.#rest);
    samples.set(block, this.#rest.length);
    const whole = samples.length - (samples.length % FRAME_SAMPLES);
    this.#rest = samples.slice(whole);
    return await this.#hear(this.#findTones(samples.subarray(0, whole)));
  }

  async finish(): Promise<readonly VoiceFrame[]> {
    const last = new Float32Array(this.#rest.length === 0 ? 0 : FRAME_SAMPLES);
    last.set(this.#rest);
    this.#rest = new Float32Array(0);
    return await this.#hear([...this.#findTones(last), ...this.#tones.finish()]);
  }

  #findTones(samples: Float32Array): readonly MarkedFrame[] {
    const count = samples.length / FRAME_SAMPLES;
    return Array.from({ length: count }, (_, frame) => this.#tones.push(takeFrame(samples, frame))).filter(
      (frame) => frame !== null,
    );
  }

  async #hear(frames: readonly MarkedFrame[]): Promise<readonly VoiceFrame[]> {
    const heard: VoiceFrame[] = [];
    while (heard.length < frames.length) {
      const part = frames.slice(heard.length, heard.length + PART_FRAMES - this.#partFrames);
      const found = await this.#hearPart(part);
      heard.push(...found);
      this.#partFrames = (this.#partFrames + part.length) % PART_FRAMES;
      // Asked of every frame.
      if (found.map((frame) => this.#scene.push(frame)).includes(true)) this.#forget();
    }
    return heard;
  }

  #forget(): void {
    this.#asIs = this.#model.start();
    this.#amplified = this.#model.start();
  }

  async #hearPart(frames: readonly MarkedFrame[]): Promise<readonly VoiceFrame[]> {
    const samples = new Float32Array(frames.length * FRAME_SAMPLES);
    for (const [index, frame] of frames.entries()) {
      if (!frame.isTone) samples.set(frame.samples, index * FRAME_SAMPLES);
    }
    const levels = frames.map((_, frame) => this.#control.measure(takeFrame(samples, frame)));
    const probabilities = await this.#asIs.run(samples);
    const quiet = levels.flatMap(({ gain }, frame) => (gain >= LEAST_GAIN ? [frame] : []));
    const louder = await this.#amplified.run(amplify(samples, levels, quiet));
    for (const [index, frame] of quiet.entries()) {
      probabilities[frame] = Math.max(probabilities[frame]!, louder[index]!);
    }
    // As loud as it is, a tone included: that tells noise from silence.
    return frames.map(({ level }, frame) => ({ probability: probabilities[frame]!, level }));
  }
}

function takeFrame(samples: Float32Array, frame: number): Float32Array {
  return samples.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES);
}

/** The frames of those numbers alone, each by its own gain. */
function amplify(
  samples: Float32Array,
  levels: readonly FrameLevel[],
  frames: readonly number[],
): Float32Array {
  const output = new Float32Array(frames.length * FRAME_SAMPLES);
  for (const [index, frame] of frames.entries()) {
    const { gain } = levels[frame]!;
    output.set(
      takeFrame(samples, frame).map((sample) => sample * gain),
      index * FRAME_SAMPLES,
    );
  }
  return output;
}
