import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countErrors, totalErrors } from '../../../eval/error-rate.js';
import { alignTexts } from '../../../eval/report/align-texts.js';
import { judgeJoined } from '../../../eval/report/judge-joined.js';
import type { Heard } from '../../../eval/report/result-store.js';
import { toSamples } from '../../../../src/shared/time.js';

type HeardSegment = Heard['segments'][number];

const SECOND = 16_000;
const NO_SPELLINGS = new Map<string, string>();

function place(file: string, text: string, startSeconds: number, seconds: number) {
  const start = startSeconds * SECOND;
  const recording = { file, path: file, text, seconds, language: 'en' } as const;
  return { recording, start, length: seconds * SECOND, onset: start + SECOND / 2, firstWord: null };
}

function segment(text: string, startSeconds: number, endSeconds: number) {
  return { text, start: toSamples(startSeconds * SECOND), end: toSamples(endSeconds * SECOND) };
}

const PLACES = [place('a', 'the quick brown fox', 10, 4), place('b', 'jumps over the lazy dog', 40, 5)];

function judge(...segments: readonly HeardSegment[]) {
  return judgeJoined(PLACES, { text: segments.map(({ text }) => text).join(''), segments }, NO_SPELLINGS);
}

describe('joined recordings', () => {
  it('are found in their places', () => {
    const verdict = judge(
      segment(' The quick brown fox', 10.6, 13),
      segment(' jumps over the lazy dog.', 40.25, 44),
    );

    expect(verdict).toEqual({
      tally: { errors: 0, length: 9 },
      lost: [],
      repeated: [],
      wordsInGaps: 0,
      startErrors: [
        { byPower: expect.closeTo(0.1, 9) as number, byAligner: null },
        { byPower: expect.closeTo(-0.25, 9) as number, byAligner: null },
      ],
    });
  });

  it('begin where a forced aligner has their first word, where it has one', () => {
    const places = [{ ...PLACES[0]!, firstWord: 10.25 * SECOND }, PLACES[1]!];
    const segments = [
      segment(' The quick brown fox', 10.5, 13),
      segment(' jumps over the lazy dog', 40.5, 44),
    ];
    const text = segments.map((one) => one.text).join('');

    expect(judgeJoined(places, { text, segments }, NO_SPELLINGS).startErrors).toEqual([
      { byPower: 0, byAligner: 0.25 },
      { byPower: 0, byAligner: null },
    ]);
  });

  it('are lost without a word of theirs', () => {
    const verdict = judge(segment(' The quick brown fox', 10.5, 13));

    expect(verdict.lost).toEqual(['b']);
    expect(verdict.tally.errors).toBe(5);
    expect(verdict.startErrors).toEqual([{ byPower: 0, byAligner: null }]);
  });

  it('are repeated when three of their words come once more', () => {
    const once = segment(' The quick brown fox', 10.5, 13);
    const dog = segment(' jumps over the lazy dog', 40.5, 44);

    expect(judge(once, segment(' quick brown fox', 14, 16), dog).repeated).toEqual(['a']);
    expect(judge(once, segment(' and so it is', 14, 16), dog).repeated).toEqual([]);
  });

  it('have words in their gaps when a segment lies there', () => {
    const verdict = judge(
      segment(' The quick brown fox', 10.5, 13),
      segment(' Thanks for watching', 20, 25),
      segment(' jumps over the lazy dog', 40.5, 44),
    );

    expect(verdict.wordsInGaps).toBe(3);
    expect(verdict.tally.errors).toBe(3);
  });

  it('have the time of a first word within a segment from its words alone', () => {
    const both = segment(' The quick brown fox jumps over the lazy dog', 10.5, 44);
    const texts = both.text.trim().split(' ');
    const words = texts.map((text, i) => ({
      text: ` ${text}`,
      start: toSamples(i < 4 ? 10.5 * SECOND : 40.75 * SECOND),
      end: toSamples(44 * SECOND),
      probability: 1,
    }));

    expect(judge(both).startErrors.map(({ byPower }) => byPower)).toEqual([0]);
    expect(judge({ ...both, words }).startErrors.map(({ byPower }) => byPower)).toEqual([0, 0.25]);
  });

  it('are counted for peers, which give text alone', () => {
    const verdict = judgeJoined(
      PLACES,
      { text: 'the quick fox jumps over the lazy dog', segments: [] },
      NO_SPELLINGS,
    );

    expect(verdict).toMatchObject({ tally: { errors: 1, length: 9 }, lost: [], startErrors: [] });
  });
});

describe('alignTexts', () => {
  it('keeps every word of both, in order, at the least cost', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(words, words, (reference, heard) => {
        const aligned = alignTexts(reference, heard);

        const indices = (texts: readonly string[]) => texts.map((_, index) => index);
        expect(aligned.flatMap((one) => (one.reference === null ? [] : [one.reference]))).toEqual(
          indices(reference),
        );
        expect(aligned.flatMap((one) => (one.heard === null ? [] : [one.heard]))).toEqual(indices(heard));
        for (const one of aligned) {
          if (one.reference === null || one.heard === null) continue;
          expect(reference[one.reference] === heard[one.heard]).toBe(one.kind === 'match');
        }
        expect(aligned.filter(({ kind }) => kind !== 'match')).toHaveLength(
          totalErrors(countErrors(reference, heard)),
        );
      }),
    );
  });
});
