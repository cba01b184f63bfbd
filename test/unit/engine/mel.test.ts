import { describe, expect, it } from 'vitest';
import { BIN_COUNT, FFT_SIZE, PowerSpectrum } from '../../../src/engine/mel/fft.js';
import { createMelFilters, MEL_BIN_COUNT } from '../../../src/engine/mel/filterbank.js';
import {
  EDGE_SAMPLES,
  FRAME_COUNT,
  HOP_SAMPLES,
  LogMel,
  reflectStart,
  WINDOW_SAMPLES,
} from '../../../src/engine/mel/log-mel.js';

/** The definition, O(n^2), float64. */
function transformPlainly(samples: ArrayLike<number>): number[] {
  return Array.from({ length: BIN_COUNT }, (_, k) => {
    let re = 0;
    let im = 0;
    for (let n = 0; n < FFT_SIZE; n++) {
      const angle = (-2 * Math.PI * ((k * n) % FFT_SIZE)) / FFT_SIZE;
      re += samples[n]! * Math.cos(angle);
      im += samples[n]! * Math.sin(angle);
    }
    return re * re + im * im;
  });
}

/** The definition of one frame's log10 mel energies, from the formulas alone. */
function melFramePlainly(samples: Float32Array, frame: number): number[] {
  const windowed = Array.from({ length: FFT_SIZE }, (_, i) => {
    const hann = 0.5 * (1 - Math.cos((2 * Math.PI * i) / FFT_SIZE));
    return samples[frame * HOP_SAMPLES + i]! * hann;
  });
  const power = transformPlainly(windowed);
  const toMel = (hz: number): number =>
    hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4);
  const toHz = (mel: number): number => (mel < 15 ? (200 * mel) / 3 : 1000 * 6.4 ** ((mel - 15) / 27));
  return Array.from({ length: MEL_BIN_COUNT }, (_, bin) => {
    const [low, middle, high] = [0, 1, 2].map((i) => toHz(((bin + i) * toMel(8000)) / 81)) as [
      number,
      number,
      number,
    ];
    const energy = power.reduce((sum, value, k) => {
      const hz = k * 40;
      const weight = Math.max(0, Math.min((hz - low) / (middle - low), (high - hz) / (high - middle)));
      return sum + (value * weight * 2) / (high - low);
    }, 0);
    return Math.log10(Math.max(energy, 1e-10));
  });
}

function createNoise(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 0.6 + 0.3 * Math.sin((i * 2 * Math.PI * 440) / 16_000);
  });
}

describe('power spectrum', () => {
  it('equals the plain Fourier sum for noise, an impulse and every pure tone', () => {
    const spectrum = new PowerSpectrum();
    const power = new Float64Array(BIN_COUNT);
    const inputs = [
      Float64Array.from(createNoise(FFT_SIZE, 7)),
      Float64Array.from({ length: FFT_SIZE }, (_, i) => (i === 17 ? 1 : 0)),
      ...Array.from({ length: BIN_COUNT }, (_, k) =>
        Float64Array.from({ length: FFT_SIZE }, (_, n) => Math.cos((2 * Math.PI * k * n) / FFT_SIZE)),
      ),
    ];

    for (const input of inputs) {
      spectrum.compute(input, power);
      const expected = transformPlainly(input);
      for (let k = 0; k < BIN_COUNT; k++) expect(Math.abs(power[k]! - expected[k]!)).toBeLessThan(1e-8);
    }
  });
});

describe('mel filterbank', () => {
  it('has the values of librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)', () => {
    const filters = createMelFilters();
    const weightAt = (filter: number, bin: number): number =>
      filters[filter]!.weights[bin - filters[filter]!.firstBin] ?? 0;

    // From openai/whisper's mel_filters.npz, as printed in several ports of it.
    expect(weightAt(0, 1)).toBeCloseTo(0.02486259, 7);
    expect(weightAt(1, 1)).toBeCloseTo(0.00199082, 7);
    expect(weightAt(1, 2)).toBeCloseTo(0.02287177, 7);
    expect(filters).toHaveLength(80);
  });
});

describe('log-mel spectrogram', () => {
  it('equals the float64 definition to 1e-4 everywhere', () => {
    const samples = createNoise(WINDOW_SAMPLES + 2 * EDGE_SAMPLES, 3);
    samples.fill(0, 200_000, 300_000);
    const out = new Float32Array(MEL_BIN_COUNT * FRAME_COUNT);

    new LogMel().compute(samples, out);

    const frames = Array.from({ length: FRAME_COUNT / 10 }, (_, i) => i * 10);
    const expected = frames.map((frame) => melFramePlainly(samples, frame));
    let maximum = -Infinity;
    for (const value of out) maximum = Math.max(maximum, value * 4 - 4);
    let worst = 0;
    expected.forEach((column, i) => {
      column.forEach((value, bin) => {
        const want = (Math.max(value, maximum - 8) + 4) / 4;
        worst = Math.max(worst, Math.abs(out[bin * FRAME_COUNT + frames[i]!]! - want));
      });
    });
    expect(worst).toBeLessThan(1e-4);
    expect(maximum).toBeGreaterThanOrEqual(Math.max(...expected.flat()) - 1e-6);
  });

  it('is flat at the floor for silence', () => {
    const out = new Float32Array(MEL_BIN_COUNT * FRAME_COUNT);

    new LogMel().compute(new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES), out);

    expect(new Set(out)).toEqual(new Set([Math.fround((-10 + 4) / 4)]));
  });

  it('reflects the start of a file around its first sample', () => {
    const samples = Float32Array.from(
      { length: WINDOW_SAMPLES + 2 * EDGE_SAMPLES },
      (_, i) => i - EDGE_SAMPLES,
    );

    reflectStart(samples);

    expect(samples[EDGE_SAMPLES]).toBe(0);
    expect(samples[EDGE_SAMPLES - 1]).toBe(1);
    expect(samples[0]).toBe(EDGE_SAMPLES);
  });
});
