/**
 * Whether a stretch of sound is certainly one or two steady tones: dial and busy tones, beeps, keys of a telephone.
 * The voice detector takes them for speech at times, and Whisper writes words for them. Knows no language: all of the
 * power lies on one or two lines of the spectrum that stand still for an eighth of a second. Pure.
 *
 * The surprising thing: speech comes close. A hummed "m" is nearly a tone with its octave, so that two lines that are
 * harmonics of each other are taken for a voice. What is left of speech has 0.0014 of its power or more beside two
 * lines, in 69,000 windows of nine languages; the limit is a third of that (docs/accuracy.md, "Tones").
 */
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { FRAME_SAMPLES } from './voice-model.js';
import { Fourier } from './fourier.js';

/** What is looked at together: 128 ms. */
export const TONE_FRAMES = 4;
const WINDOW_SAMPLES = TONE_FRAMES * FRAME_SAMPLES;
/** Loudest over quietest frame: 3 dB. A tone is steady, and looking here first spares most of the spectra of speech. */
const MOST_CHANGE = 10 ** (3 / 20);
/** Power beside the lines, of all power: -33 dB. */
const MOST_REST = 0.0005;
/** Bins of 7.8 Hz at either side of its highest that belong to a line: the main lobe of the Blackman window. */
const LINE_WIDTH = 3;
/** What lies below 100 Hz is hum or an offset of the recorder, whatever else is there. */
const FIRST_BIN = Math.ceil((100 * WINDOW_SAMPLES) / SAMPLE_RATE_HZ);
/** Ratios of frequencies within a voice, and how near to one a pair of lines may not come. */
const HARMONIC_RATIOS = [1.5, 2, 3];
const HARMONIC_TOLERANCE = 0.06;
/** Above this, hertz, a voice is not the lowest two of its harmonics alone. */
const HIGHEST_HARMONIC = 1_000;

const BLACKMAN = Float64Array.from({ length: WINDOW_SAMPLES }, (_, i) => {
  const angle = (2 * Math.PI * i) / WINDOW_SAMPLES;
  return 0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle);
});

export class ToneMeter {
  readonly #fourier = new Fourier(WINDOW_SAMPLES);
  readonly #windowed = new Float64Array(WINDOW_SAMPLES);

  /**
   * @param samples float32 [TONE_FRAMES * FRAME_SAMPLES].
   * @param slopes how loud each frame of it is, as the root mean square of the differences from sample to sample: those
   * know nothing of an offset of the recorder.
   */
  isTone(samples: Float32Array, slopes: readonly number[]): boolean {
    const quietest = Math.min(...slopes);
    if (quietest === 0 || Math.max(...slopes) > quietest * MOST_CHANGE) return false;
    for (let i = 0; i < WINDOW_SAMPLES; i++) this.#windowed[i] = BLACKMAN[i]! * samples[i]!;
    const power = this.#fourier.measure(this.#windowed);
    power.fill(0, 0, FIRST_BIN);
    let all = 0;
    for (let bin = FIRST_BIN; bin < power.length; bin++) all += power[bin]!;
    if (all === 0) return false;
    const first = takeLine(power);
    if (all - first.power <= MOST_REST * all) return true;
    const second = takeLine(power);
    return all - first.power - second.power <= MOST_REST * all && !isVoice(first.hertz, second.hertz);
  }
}

interface Line {
  readonly hertz: number;
  readonly power: number;
}

/** The strongest line, which is then no longer in the spectrum. */
function takeLine(power: Float64Array): Line {
  let peak = 0;
  for (let bin = 1; bin < power.length; bin++) if (power[bin]! > power[peak]!) peak = bin;
  const line = power.subarray(Math.max(0, peak - LINE_WIDTH), peak + LINE_WIDTH + 1);
  const sum = line.reduce((total, bin) => total + bin, 0);
  line.fill(0);
  return { hertz: (peak * SAMPLE_RATE_HZ) / WINDOW_SAMPLES, power: sum };
}

function isVoice(first: number, second: number): boolean {
  const [low, high] = [Math.min(first, second), Math.max(first, second)];
  return (
    high <= HIGHEST_HARMONIC &&
    HARMONIC_RATIOS.some((ratio) => Math.abs(high / low - ratio) < HARMONIC_TOLERANCE * ratio)
  );
}
