import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Resampler } from '../../../src/engine/audio/resample.js';

const RATES = [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000];
/** Ratios to 16 kHz that need interpolated filter phases. */
const ODD_RATES = [44_101, 15_999, 47_951];

function sine(rateHz: number, frequencyHz: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, n) => 0.5 * Math.sin((2 * Math.PI * frequencyHz * n) / rateHz));
}

function resample(
  rateHz: number,
  input: Float32Array,
  blockLengths: readonly number[] = [input.length],
): Float32Array {
  const resampler = new Resampler(rateHz);
  const parts: Float32Array[] = [];
  let offset = 0;
  for (let block = 0; offset < input.length; block += 1) {
    const length = blockLengths[block % blockLengths.length] ?? 1;
    parts.push(resampler.push(input.slice(offset, offset + length)));
    offset += length;
  }
  parts.push(resampler.finish());
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** Largest absolute value away from the ends, where the filter looks at the silence around the sound. */
function peak(values: Float32Array, margin: number): number {
  return values
    .slice(margin, values.length - margin)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude / 0.5);
}

describe('resampler', () => {
  it.each([...RATES, ...ODD_RATES])('gives a sine from %i Hz at the right times, within 0.001', (rateHz) => {
    const passbandHz = 0.9 * Math.min(8_000, rateHz / 2);
    for (const frequencyHz of [50, 440, 1_234.5, passbandHz - 5]) {
      const output = resample(rateHz, sine(rateHz, frequencyHz, rateHz / 2));
      const exact = sine(16_000, frequencyHz, output.length);

      const difference = output.map((value, index) => value - (exact[index] ?? 0));

      expect(peak(difference, 1_000)).toBeLessThan(0.001);
    }
  });

  it.each([22_050, 44_100, 48_000, 96_000, 44_101])(
    'removes what 16 kHz cannot hold from %i Hz by 80 dB',
    (rateHz) => {
      for (const frequencyHz of [8_000, 8_050, 9_000, 10_500]) {
        const output = resample(rateHz, sine(rateHz, frequencyHz, rateHz / 2));

        expect(decibels(peak(output, 1_000))).toBeLessThan(-80);
      }
    },
  );

  it.each([8_000, 11_025])('makes no mirror image above the old limit from %i Hz, by 80 dB', (rateHz) => {
    const frequencyHz = 0.9 * (rateHz / 2);
    const output = resample(rateHz, sine(rateHz, frequencyHz, rateHz / 2));
    const imageHz = rateHz - frequencyHz;
    const inner = output.slice(1_000, -1_000);
    // Correlation with the image over a Hann window, which keeps the true sine 90 dB out of the way.
    let real = 0;
    let imaginary = 0;
    let weights = 0;
    inner.forEach((value, n) => {
      const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / inner.length);
      real += weight * value * Math.cos((2 * Math.PI * imageHz * n) / 16_000);
      imaginary += weight * value * Math.sin((2 * Math.PI * imageHz * n) / 16_000);
      weights += weight;
    });

    expect(decibels((2 * Math.hypot(real, imaginary)) / weights)).toBeLessThan(-80);
  });

  it('gives 16 kHz back untouched', () => {
    const input = sine(16_000, 7_900, 1_000);

    expect(resample(16_000, input, [7])).toEqual(input);
  });

  it('keeps a constant constant', () => {
    for (const rateHz of [...RATES, ...ODD_RATES]) {
      const output = resample(rateHz, new Float32Array(rateHz / 2).fill(0.25));

      expect(
        peak(
          output.map((value) => value - 0.25),
          1_000,
        ),
      ).toBeLessThan(1e-6);
    }
  });

  it('gives round(input * 16000 / rate) samples, the same bits for any cut into blocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES, ...ODD_RATES, 1_000, 768_000, 12_345),
        fc.integer({ min: 0, max: 3_000 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
        (rateHz, length, blockLengths) => {
          const input = Float32Array.from({ length }, (_, n) => Math.sin(n * n));

          const whole = resample(rateHz, input);

          expect(whole.length).toBe(Math.round((length * 16_000) / rateHz));
          expect(resample(rateHz, input, blockLengths)).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('holds back no more than its filter needs', () => {
    const resampler = new Resampler(44_100);
    for (let block = 0; block < 200; block += 1) {
      resampler.push(new Float32Array(4_410));

      expect(resampler.buffered).toBeLessThan(4_410);
    }
  });
});
