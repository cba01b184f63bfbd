/**
 * The mel filterbank of Whisper: 80 triangles from 0 to 8000 Hz on Slaney's mel scale, each of unit
 * area (librosa.filters.mel(sr=16000, n_fft=400, n_mels=80), which openai/whisper ships as
 * mel_filters.npz). Slaney's scale is linear below 1 kHz (200/3 Hz a mel) and logarithmic above
 * (27 mels for a factor of 6.4); M. Slaney, Auditory Toolbox, 1998.
 */
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import { BIN_COUNT, FFT_SIZE } from './fft.js';

export const MEL_BIN_COUNT = 80;

const HZ_PER_MEL = 200 / 3;
const LOG_START_HZ = 1000;
const LOG_START_MEL = LOG_START_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

function hzToMel(hz: number): number {
  return hz < LOG_START_HZ ? hz / HZ_PER_MEL : LOG_START_MEL + Math.log(hz / LOG_START_HZ) / LOG_STEP;
}

function melToHz(mel: number): number {
  return mel < LOG_START_MEL ? mel * HZ_PER_MEL : LOG_START_HZ * Math.exp(LOG_STEP * (mel - LOG_START_MEL));
}

/** One triangle: its weights for the bins from `firstBin` on. */
export interface MelFilter {
  readonly firstBin: number;
  readonly weights: Float64Array;
}

export function createMelFilters(): readonly MelFilter[] {
  const topMel = hzToMel(SAMPLE_RATE_HZ / 2);
  const edgesHz = Array.from({ length: MEL_BIN_COUNT + 2 }, (_, i) =>
    melToHz((topMel * i) / (MEL_BIN_COUNT + 1)),
  );
  return Array.from({ length: MEL_BIN_COUNT }, (_, filter) => {
    const [low, middle, high] = edgesHz.slice(filter, filter + 3) as [number, number, number];
    const areaNorm = 2 / (high - low);
    const all = Array.from({ length: BIN_COUNT }, (_, bin) => {
      const hz = (bin * SAMPLE_RATE_HZ) / FFT_SIZE;
      const weight = Math.min((hz - low) / (middle - low), (high - hz) / (high - middle));
      return Math.max(0, weight) * areaNorm;
    });
    const firstBin = all.findIndex((weight) => weight > 0);
    const lastBin = all.findLastIndex((weight) => weight > 0);
    return { firstBin, weights: Float64Array.from(all.slice(firstBin, lastBin + 1)) };
  });
}
