/** Silero VAD by the native engine: 13 microseconds a frame where ONNX Runtime takes 170. */
import type { NativeAddon, NativeVoiceDetector } from '../backend/native-addon.js';
import { FRAME_SAMPLES } from './voice-model.js';
import type { VoiceListener, VoiceModel } from './voice-model.js';

/** Frames a call, so that the JavaScript thread is never held for more than some milliseconds. */
const FRAMES_PER_CALL = 256;

export class NativeSilero implements VoiceModel {
  readonly description = 'Silero VAD, native';
  readonly #open: () => NativeVoiceDetector;

  constructor(addon: NativeAddon, weights: readonly Float32Array[]) {
    this.#open = () => new addon.VoiceDetector(weights);
  }

  /** Throws an Error with code `model-corrupt` when the weights are not those of the network. */
  start(): VoiceListener {
    const detector = this.#open();
    return { run: (samples) => Promise.resolve(detect(detector, samples)) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function detect(detector: NativeVoiceDetector, samples: Float32Array): Float32Array {
  const probabilities = new Float32Array(samples.length / FRAME_SAMPLES);
  for (let frame = 0; frame < probabilities.length; frame += FRAMES_PER_CALL) {
    const some = samples.subarray(frame * FRAME_SAMPLES, (frame + FRAMES_PER_CALL) * FRAME_SAMPLES);
    probabilities.set(detector.process(some), frame);
  }
  return probabilities;
}
