import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LanguageVote, VOTE_WINDOWS } from '../../../src/engine/decoding/language-vote.js';
import type { LanguageScore } from '../../../src/engine/decoding/language-vote.js';
import type { LanguageCode } from '../../../src/shared/languages.js';

type Window = Readonly<Partial<Record<LanguageCode, number>>>;

function scoresOf(window: Window): readonly LanguageScore[] {
  const codes = ['en', 'de', 'fr', 'ja'] as const;
  return codes.flatMap((language) => {
    const probability = window[language];
    return probability === undefined ? [] : [{ language, probability }];
  });
}

function vote(windows: readonly Window[], allowed: readonly LanguageCode[] | null = null): LanguageVote {
  const voting = new LanguageVote(allowed);
  for (const window of windows) voting.add(scoresOf(window));
  return voting;
}

describe('the language of a recording', () => {
  it('is that of two windows though a jingle in another language comes first', () => {
    const voting = vote([{ ja: 0.98 }, { de: 0.7, en: 0.2 }, { de: 0.8 }]);

    expect(voting.winner()?.language).toBe('de');
    expect(voting.winner()?.probability).toBeCloseTo(0.5);
    expect(voting.ranking().map(({ language }) => language)).toEqual(['de', 'ja', 'en']);
  });

  it('is one that is allowed, weighed among the allowed ones alone', () => {
    const voting = vote([{ ja: 0.9, en: 0.06, de: 0.02 }], ['de', 'en']);

    expect(voting.winner()?.language).toBe('en');
    expect(voting.winner()?.probability).toBeCloseTo(0.75);
  });

  it('is the first allowed one when none of them is heard, and none without a word', () => {
    expect(vote([{ ja: 1 }], ['fr', 'en']).winner()).toEqual({ language: 'fr', probability: 0 });
    expect(vote([]).winner()).toBeNull();
    expect(() => new LanguageVote([])).toThrow(RangeError);
  });
});

describe('when to stop asking', () => {
  it.each([
    ['one window is never enough', [{ en: 0.99 }], null, false],
    ['two that agree are', [{ en: 0.99 }, { en: 0.98 }], null, true],
    [
      'two that agree but doubt are not',
      [
        { en: 0.6, de: 0.4 },
        { en: 0.6, de: 0.4 },
      ],
      null,
      false,
    ],
    ['three always are', [{ en: 0.4 }, { de: 0.4 }, { fr: 0.4 }], null, true],
    ['one allowed language is before any', [], ['en'], true],
  ] as const)('%s', (_, windows, allowed, isSettled) => {
    expect(vote(windows, allowed).isSettled()).toBe(isSettled);
  });

  it('what is settled stays so whatever the other windows say', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    const window = fc.record({ en: probability, de: probability, fr: probability }, { requiredKeys: [] });
    const allowed = fc.constantFrom(null, ['en', 'de'] as const, ['fr', 'en', 'ja'] as const);
    fc.assert(
      fc.property(
        fc.array(window, { minLength: VOTE_WINDOWS, maxLength: VOTE_WINDOWS }),
        allowed,
        (windows, codes) => {
          const voting = new LanguageVote(codes);
          let settled: LanguageCode | null = null;
          for (const scores of windows.map(scoresOf)) {
            voting.add(scores);
            if (settled !== null) expect(voting.winner()?.language).toBe(settled);
            else if (voting.isSettled()) settled = voting.winner()?.language ?? null;
            for (const score of voting.ranking()) expect(score.probability).toBeLessThanOrEqual(1 + 1e-9);
          }
          expect(voting.isSettled()).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
