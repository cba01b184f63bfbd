/** What holds for any transcript and any limits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countColumns } from '../../../../src/shared/shape/columns.js';
import { DEFAULT_SHAPE } from '../../../../src/shared/shape.js';
import type { ShapeOptions } from '../../../../src/shared/shape.js';
import type { Segment } from '../../../../src/shared/transcript.js';
import { RATE, shape, speak, speakWords, textOf } from './talk.js';

const LETTERS = fc.string({
  unit: fc.constantFrom('a', 'é', '.', ',', '語', 'の', '。', 'ש', '-', '>'),
  maxLength: 9,
});
const anyWord = fc.tuple(LETTERS, fc.constantFrom(' ', '', '\n')).map(([text, space]) => space + text);

/** Segments in order, some with times of words. */
const anySegments = fc
  .array(
    fc.record({
      gap: fc.double({ min: 0, max: 5, noNaN: true }),
      words: fc.array(fc.record({ text: anyWord, length: fc.double({ min: 0, max: 2, noNaN: true }) }), {
        maxLength: 12,
      }),
      isTimed: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((plans) => {
    let now = 0;
    return plans.map(({ gap, words, isTimed }) => {
      now += gap;
      const start = now;
      const timed = words.map(({ text, length }): [string, number, number] => {
        now += length;
        return [text, now - length, now];
      });
      const plain = speak(start, now, words.map(({ text }) => text).join(''));
      return isTimed && timed.length > 0
        ? { ...speakWords(timed), start: plain.start, end: plain.end }
        : plain;
    });
  });

const anyOptions = fc.record({
  maxLineWidth: fc.integer({ min: 1, max: 30 }),
  maxLineCount: fc.integer({ min: 1, max: 3 }),
  maxCharactersPerSecond: fc.integer({ min: 1, max: 40 }),
  minDurationMs: fc.integer({ min: 0, max: 2000 }),
  maxDurationMs: fc.integer({ min: 2000, max: 9000 }),
  minGapMs: fc.integer({ min: 0, max: 300 }),
});

describe('whatever is said', () => {
  it('no text is lost and its order is kept', () => {
    fc.assert(
      fc.property(anySegments, anyOptions, (segments, options) => {
        const cues = shape(segments, options, 500);
        expect(textOf(cues.map(({ lines }) => ({ text: lines.join('') })))).toBe(textOf(segments));
        for (const line of cues.flatMap(({ lines }) => lines)) expect(line).toMatch(/^\S(.*\S)?$/u);
      }),
      { numRuns: 500 },
    );
  });

  it('times are inside the source and never go back', () => {
    fc.assert(
      fc.property(anySegments, anyOptions, fc.integer({ min: 1, max: 60 }), (segments, options, duration) => {
        const cues = shape(segments, options, duration);
        for (const [i, { start, end }] of cues.entries()) {
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end - start).toBeLessThanOrEqual(options.maxDurationMs * 16);
          expect(end).toBeLessThanOrEqual(cues[i + 1]?.start ?? duration * RATE);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('no subtitle has too many lines, and a line is too wide only when nothing in it can be broken', () => {
    fc.assert(
      fc.property(anySegments, anyOptions, (segments, options) => {
        for (const { lines } of shape(segments, options, 500)) {
          expect(lines.length).toBeLessThanOrEqual(options.maxLineCount);
          for (const line of lines.filter((text) => countColumns(text) > options.maxLineWidth)) {
            expect(line).not.toMatch(/\s/u);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('every limit is kept whenever some way to cut the words keeps it', () => {
    const spoken = fc.array(
      fc.tuple(fc.stringMatching(/^[a-z]{1,8}[.,]?$/), fc.double({ min: 0.05, max: 1.2, noNaN: true })),
      { minLength: 1, maxLength: 7 },
    );
    fc.assert(
      fc.property(spoken, fc.integer({ min: 8, max: 20 }), (words, maxLineWidth) => {
        const options = { ...DEFAULT_SHAPE, maxLineWidth, maxDurationMs: 3000 };
        let now = 0;
        const segment = speakWords(
          words.map(([text, length]) => {
            now += length;
            return [` ${text}`, now - length, now];
          }),
        );
        const isPossible = listCuts(words.length).some((cuts) => keepsLimits(segment, cuts, options));
        if (!isPossible) return;
        for (const { start, end, lines } of shape([segment], options)) {
          expect(end - start).toBeGreaterThanOrEqual(Math.floor(options.minDurationMs * 16));
          expect(countColumns(lines.join(' ')) / options.maxCharactersPerSecond).toBeLessThanOrEqual(
            (end - start) / RATE,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** All ways to cut a row of words: every set of places between them. */
function listCuts(count: number): readonly (readonly number[])[] {
  return Array.from({ length: 2 ** (count - 1) }, (_, mask) => {
    const inner = Array.from({ length: count - 1 }, (__, i) => i + 1).filter(
      (i) => ((mask >> (i - 1)) & 1) === 1,
    );
    return [0, ...inner, count];
  });
}

/** Written anew for the test: does this way to cut keep every limit? */
function keepsLimits({ words = [] }: Segment, cuts: readonly number[], options: ShapeOptions): boolean {
  return cuts.slice(1).every((to, i) => {
    const part = words.slice(cuts[i], to);
    const texts = part.map(({ text }) => text.trim());
    const start = part[0]!.start;
    const room = to < words.length ? words[to]!.start - options.minGapMs * 16 : Infinity;
    const available = Math.min(room - start, options.maxDurationMs * 16);
    const needed =
      Math.max((texts.join(' ').length / options.maxCharactersPerSecond) * 1000, options.minDurationMs) * 16;
    const isShort = part.at(-1)!.end - start <= options.maxDurationMs * 16;
    return (
      isShort &&
      available >= Math.ceil(needed) &&
      fillLines(texts, options.maxLineWidth) <= options.maxLineCount
    );
  });
}

function fillLines(texts: readonly string[], width: number): number {
  const lines = [''];
  for (const text of texts) {
    const longer = `${lines.at(-1)!} ${text}`.trim();
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(text);
  }
  return lines.filter((line) => line !== '').length;
}
