/**
 * One time base: integer samples at 16 kHz, counted from the first sample of the original file.
 * Everything between the decoder and an exporter carries `Samples`; only exporters and the screen
 * turn them into seconds or clock text, so that no rounding adds up along the way.
 */

/** Whisper's input rate, and therefore the rate of our time base. */
export const SAMPLE_RATE_HZ = 16_000;

/** A position or length in samples at 16 kHz. The brand exists for the compiler alone. */
export type Samples = number & { readonly unit: 'samples at 16 kHz' };

/** Marks an integer as a sample count. Throws RangeError when it is not a whole, non-negative number. */
export function toSamples(value: number): Samples {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`not a sample count: ${value}`);
  }
  return value as Samples;
}

export function samplesToSeconds(samples: number): number {
  return samples / SAMPLE_RATE_HZ;
}

/** Milliseconds, rounded to the nearest. Exporters print this and nothing coarser. */
export function samplesToMs(samples: number): number {
  return Math.round((samples * 1000) / SAMPLE_RATE_HZ);
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** `01:02:03,456` (SubRip) or, with another separator, `01:02:03.456` (WebVTT). */
export function formatClock(samples: number, millisecondSeparator: ',' | '.'): string {
  const totalMs = samplesToMs(samples);
  const hours = Math.floor(totalMs / 3_600_000);
  const minutes = Math.floor(totalMs / 60_000) % 60;
  const seconds = Math.floor(totalMs / 1000) % 60;
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}${millisecondSeparator}${pad(totalMs % 1000, 3)}`;
}

/** For people: `4:07`, or `1:02:03` from an hour on. Whole seconds, rounded down. */
export function formatDuration(samples: number): string {
  const totalSeconds = Math.floor(samples / SAMPLE_RATE_HZ);
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor(totalSeconds / 60) % 60;
  const seconds = pad(totalSeconds % 60, 2);
  return hours > 0 ? `${hours}:${pad(minutes, 2)}:${seconds}` : `${minutes}:${seconds}`;
}
