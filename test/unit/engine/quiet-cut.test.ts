import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findQuietCut } from '../../../src/engine/decoding/quiet-cut.js';

const RATE = 16_000;

/** A tone with silence from `pauseStart` to `pauseEnd`, in seconds. */
function createTone(seconds: number, pauses: readonly (readonly [number, number])[]): Float32Array {
  return Float32Array.from({ length: seconds * RATE }, (_, i) => {
    const at = i / RATE;
    return pauses.some(([from, to]) => at >= from && at < to) ? 0 : Math.sin(i * 0.3) * 0.5;
  });
}

describe('the cut between chunks', () => {
  it('falls into the pause', () => {
    const cut = findQuietCut(createTone(30, [[24, 24.5]]), 20 * RATE, 30 * RATE);

    expect(cut / RATE).toBeGreaterThan(24.05);
    expect(cut / RATE).toBeLessThan(24.45);
  });

  it('is not drawn by a gap as short as the stop inside a word', () => {
    const samples = createTone(30, [
      [22, 22.1],
      [27, 27.4],
    ]);

    expect(findQuietCut(samples, 20 * RATE, 30 * RATE) / RATE).toBeGreaterThan(27);
  });

  it('takes the latest of equally quiet places, so that chunks are long', () => {
    const cut = findQuietCut(new Float32Array(30 * RATE), 20 * RATE, 30 * RATE);

    expect(cut / RATE).toBeGreaterThan(29.5);
  });

  it('stays between its limits for any sound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 100 }), (frames, early) => {
        const samples = Float32Array.from({ length: frames * 320 }, (_, i) => Math.sin(i * i));
        const earliest = Math.floor((samples.length * early) / 150);
        const cut = findQuietCut(samples, earliest, samples.length);
        expect(cut).toBeGreaterThanOrEqual(Math.floor(earliest / 320) * 320);
        expect(cut).toBeLessThanOrEqual(samples.length);
      }),
    );
  });
});
