/**
 * Whisper's input features: the log-mel spectrogram of one 30 s window (openai/whisper audio.py,
 * log_mel_spectrogram). Frames of 400 samples, 160 apart and centred on their position, periodic Hann
 * window, power, mel, log10 with a floor of 1e-10, clamped to 8 below the maximum, then (x + 4) / 4.
 *
 * The maximum is that of the window, not of the whole file as in openai/whisper: the model was trained
 * on single 30 s windows, and a stream has no whole. Before the window's first sample lies the file's
 * own sound (not a reflection), after the file's end zeros, both as in openai/whisper.
 */
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { createMelFilters, MEL_BIN_COUNT } from './filterbank.js';
import { BIN_COUNT, FFT_SIZE, PowerSpectrum } from './fft.js';

export const HOP_SAMPLES = 160;
/** One encoder position: two mel frames. */
export const POSITION_SAMPLES = 2 * HOP_SAMPLES;
export const WINDOW_SAMPLES = 30 * SAMPLE_RATE_HZ;
export const FRAME_COUNT = WINDOW_SAMPLES / HOP_SAMPLES;

/** How far the frames of a window reach to either side of it. */
export const EDGE_SAMPLES = FFT_SIZE / 2;

const POWER_FLOOR = 1e-10;

export class LogMel {
  readonly #filters = createMelFilters();
  readonly #spectrum = new PowerSpectrum();
  readonly #hann = Float64Array.from({ length: FFT_SIZE }, (_, i) => {
    return 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FFT_SIZE);
  });
  readonly #frame = new Float64Array(FFT_SIZE);
  readonly #power = new Float64Array(BIN_COUNT);

  /**
   * @param samples float32 [EDGE_SAMPLES + WINDOW_SAMPLES + EDGE_SAMPLES]: the window with its edges.
   * @param out float32 [MEL_BIN_COUNT, FRAME_COUNT], row by row, is overwritten.
   */
  compute(samples: Float32Array, out: Float32Array): void {
    if (samples.length !== WINDOW_SAMPLES + 2 * EDGE_SAMPLES) {
      throw new RangeError(`log-mel of ${samples.length} samples`);
    }
    if (out.length !== MEL_BIN_COUNT * FRAME_COUNT) {
      throw new RangeError(`log-mel into ${out.length} values`);
    }
    let maximum = -Infinity;
    for (let frame = 0; frame < FRAME_COUNT; frame++) {
      maximum = Math.max(maximum, this.#computeFrame(samples, frame, out));
    }
    const floor = maximum - 8;
    for (let i = 0; i < out.length; i++) {
      out[i] = (Math.max(out[i]!, floor) + 4) / 4;
    }
  }

  /** The column of a frame of zeros, as after the end of a file: no transform is needed to know it. */
  #fillWithFloor(frame: number, out: Float32Array): number {
    const value = Math.log10(POWER_FLOOR);
    for (let bin = 0; bin < MEL_BIN_COUNT; bin++) out[bin * FRAME_COUNT + frame] = value;
    return value;
  }

  /** Writes one column of log10 mel power; returns its largest value. */
  #computeFrame(samples: Float32Array, frame: number, out: Float32Array): number {
    const start = frame * HOP_SAMPLES;
    let isSilent = true;
    for (let i = 0; i < FFT_SIZE; i++) {
      const sample = samples[start + i]!;
      if (sample !== 0) isSilent = false;
      this.#frame[i] = sample * this.#hann[i]!;
    }
    if (isSilent) return this.#fillWithFloor(frame, out);
    this.#spectrum.compute(this.#frame, this.#power);
    let maximum = -Infinity;
    for (let bin = 0; bin < MEL_BIN_COUNT; bin++) {
      const { firstBin, weights } = this.#filters[bin]!;
      let energy = 0;
      for (let i = 0; i < weights.length; i++) {
        energy += weights[i]! * this.#power[firstBin + i]!;
      }
      const value = Math.log10(Math.max(energy, POWER_FLOOR));
      out[bin * FRAME_COUNT + frame] = value;
      if (value > maximum) maximum = value;
    }
    return maximum;
  }
}

/**
 * Fills the first EDGE_SAMPLES of a window at the start of a file with the reflection of what follows
 * (torch.stft's center padding): sample -n is sample n.
 */
export function reflectStart(samples: Float32Array): void {
  for (let n = 1; n <= EDGE_SAMPLES; n++) {
    samples[EDGE_SAMPLES - n] = samples[EDGE_SAMPLES + n]!;
  }
}
