import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSegments } from '../../../src/engine/decoding/split-segments.js';
import { at, createFakeTokenizer } from './fake-tokenizer.js';

const tokenizer = createFakeTokenizer();
const WINDOW = 480_000;
const A = 300;
const B = 301;
const split = (tokens: readonly number[], windowSamples = WINDOW): ReturnType<typeof splitSegments> =>
  splitSegments(tokens, windowSamples, tokenizer);

describe('splitting a window into segments', () => {
  it('cuts between the timestamps of a pair and goes on at the last pair', () => {
    const { slices, advance } = split([at(0), A, at(4), at(4), B, at(9.5), at(9.5), A]);

    expect(slices).toEqual([
      { start: 0, end: 64_000, tokens: [at(0), A, at(4)] },
      { start: 64_000, end: 152_000, tokens: [at(4), B, at(9.5)] },
    ]);
    expect(advance).toBe(152_000);
  });

  it('keeps the gap between the timestamps of a pair', () => {
    const { slices } = split([at(0.5), A, at(4), at(6), B, at(8)]);

    expect(slices.map(({ start, end }) => [start, end])).toEqual([
      [8_000, 64_000],
      [96_000, 128_000],
    ]);
  });

  it('finishes the window when it ends in a single timestamp: nothing is said after it', () => {
    const { slices, advance } = split([at(0), A, at(4), at(4), B, at(9)]);

    expect(slices).toHaveLength(2);
    expect(advance).toBe(WINDOW);
  });

  it('makes one segment without pairs, up to the last timestamp', () => {
    expect(split([at(0), A, B, at(7)])).toEqual({
      slices: [{ start: 0, end: 112_000, tokens: [at(0), A, B, at(7)] }],
      advance: WINDOW,
    });
  });

  it('takes the whole window when the only timestamp is its start, and for no tokens at all', () => {
    expect(split([at(0), A, B]).slices[0]).toMatchObject({ start: 0, end: WINDOW });
    expect(split([])).toEqual({ slices: [{ start: 0, end: WINDOW, tokens: [] }], advance: WINDOW });
  });

  it('clips times to the sound that there is', () => {
    const { slices, advance } = split([at(0), A, at(4), at(4), B, at(9), at(9)], 100_000);

    expect(slices.at(-1)).toMatchObject({ start: 64_000, end: 100_000 });
    expect(advance).toBe(100_000);
  });

  it('always moves on, within the window, in order, for any tokens', () => {
    const token = fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 50_364, max: 51_864 }));
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 60 }),
        fc.integer({ min: 1, max: WINDOW }),
        (tokens, length) => {
          const { slices, advance } = split(tokens, length);
          expect(advance).toBeGreaterThan(0);
          expect(advance).toBeLessThanOrEqual(length);
          for (const { start, end } of slices) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeLessThanOrEqual(length);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
