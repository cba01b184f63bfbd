/** How much of a window is in one language, over made windows whose change is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPassage } from '../../../src/engine/decoding/passage-language.js';
import type { LanguageCode } from '../../../src/shared/languages.js';
import { EDGE_SAMPLES, WINDOW_SAMPLES } from '../../../src/engine/mel/log-mel.js';

/** English until `change`, German after, with a pause of 1 s between; heard by the share of each. */
async function find(change: number, length: number, previous: LanguageCode | null = null) {
  const samples = new Float32Array(WINDOW_SAMPLES + 2 * EDGE_SAMPLES).fill(0.1);
  samples.fill(0, EDGE_SAMPLES + change - 8_000, EDGE_SAMPLES + change + 8_000);
  const hear = (from: number, to: number) => {
    const english = Math.max(0, Math.min(to, change) - from) / (to - from);
    const scores = [
      { language: 'en', probability: english },
      { language: 'de', probability: 1 - english },
    ] as const;
    return Promise.resolve(english >= 0.5 ? scores : [scores[1], scores[0]]);
  };
  return await findPassage({ samples, length, previous, hear });
}

describe('a window with two languages', () => {
  it('ends in the pause between them, wherever that is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 120_000, max: 360_000 }), async (change) => {
        const passage = await find(change, WINDOW_SAMPLES);

        expect(passage.language).toBe('en');
        expect(Math.abs(passage.length - change)).toBeLessThanOrEqual(8_000);
      }),
    );
  });
});

describe('a window with one language', () => {
  it.each([48_000, 96_000, WINDOW_SAMPLES])('of %i samples is kept whole', async (length) => {
    expect(await find(WINDOW_SAMPLES, length)).toEqual({ language: 'en', probability: 1, length });
  });

  it('stays in the language before it while another one is in doubt', async () => {
    expect((await find(24_000, 40_000, 'de')).language).toBe('de');
    expect((await find(40_000, 40_000, 'de')).language).toBe('en');
  });
});
