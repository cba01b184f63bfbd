/** The waveform of a recording, coarse enough to send and to draw: the extremes of each piece of sound. */
import * as v from 'valibot';

/** 20 ms: 50 pairs a second, 360 KB an hour. */
export const SAMPLES_PER_PEAK = 320;

export const PeaksSchema = v.object({
  samplesPerPeak: v.number(),
  /**
   * For each piece two bytes, its least and its greatest sample, as two's complement of 8 bits (-128 to 127, full
   * scale): read them through an Int8Array.
   */
  peaks: v.instance(Uint8Array),
});
export type Peaks = v.InferOutput<typeof PeaksSchema>;
