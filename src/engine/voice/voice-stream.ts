/**
 * A stream of sound as a stream of frames: how probable speech is in each and how loud it is. In: blocks of
 * 16 kHz samples of any length. Out: the frames that are complete; the rest waits for the next block, and
 * `finish` fills the last frame up with silence.
 */
import { FRAME_SAMPLES } from './frame-model.js';
import type { FrameModel } from './frame-model.js';
import { LevelControl } from './level-control.js';

export interface VoiceFrame {
  /** Of speech, 0 to 1. */
  readonly probability: number;
  /** Root mean square of the samples, 0 to 1. */
  readonly level: number;
}

export class VoiceStream {
  readonly #model: FrameModel;
  readonly #control = new LevelControl();
  #rest = new Float32Array(0);

  /** The model must not be used for another stream until this one has ended. */
  constructor(model: FrameModel) {
    this.#model = model;
    model.reset();
  }

  async push(block: Float32Array): Promise<readonly VoiceFrame[]> {
    const samples = new Float32Array(this.#rest.length + block.length);
    samples.set(this.#rest);
    samples.set(block, this.#rest.length);
    const whole = samples.length - (samples.length % FRAME_SAMPLES);
    this.#rest = samples.slice(whole);
    return await this.#run(samples.subarray(0, whole));
  }

  async finish(): Promise<readonly VoiceFrame[]> {
    if (this.#rest.length === 0) return [];
    const last = new Float32Array(FRAME_SAMPLES);
    last.set(this.#rest);
    this.#rest = new Float32Array(0);
    return await this.#run(last);
  }

  async #run(samples: Float32Array): Promise<readonly VoiceFrame[]> {
    const levels: number[] = [];
    for (let start = 0; start < samples.length; start += FRAME_SAMPLES) {
      levels.push(this.#control.apply(samples.subarray(start, start + FRAME_SAMPLES)));
    }
    const probabilities = await this.#model.run(samples);
    return levels.map((level, index) => ({ probability: probabilities[index]!, level }));
  }
}
