import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignWords } from '../../../../src/engine/words/align-words.js';
import type { AlignedWord, AlignRequest } from '../../../../src/engine/words/align-words.js';
import { fitSegment, limitSentenceEnds, typicalDuration } from '../../../../src/engine/words/durations.js';
import { mergePunctuation } from '../../../../src/engine/words/punctuation.js';
import { splitWords } from '../../../../src/engine/words/split-words.js';
import { addWordTimes } from '../../../../src/engine/words/word-times.js';
import { createReplacer } from '../../../../src/shared/replacements.js';
import { speak } from '../../shared/shape/talk.js';
import { createFakeTokenizer } from '../fake-tokenizer.js';

const tokenizer = createFakeTokenizer();
/** A decoder that looks from `looks[i]` up to `looks[i + 1]` when it predicts text token i, the end of text last. */
function attend(looks: readonly number[], positions: number): AlignRequest['alignment'] {
  const starts = [...looks, positions];
  const scores = new Float32Array(looks.length * positions).fill(-0.5);
  for (let row = 0; row < looks.length; row++) {
    const from = row * positions;
    scores.fill(2, from + starts[row]!, from + Math.max(starts[row]! + 4, starts[row + 1]!));
  }
  return { rows: looks.length, positions, scores };
}

function align(
  texts: readonly string[],
  looks: readonly number[],
  positions = 200,
): readonly (readonly AlignedWord[])[] {
  const segments = texts.map((text) => tokenizer.encode(text));
  return alignWords({
    alignment: attend(looks, positions),
    segments,
    probabilities: segments.flat().map((_, i) => 1 / (i + 1)),
    latestEnd: positions * 320,
    language: 'en',
    tokenizer,
  });
}

const word = (text: string, start: number, end: number): AlignedWord => {
  return { text, start, end, tokens: [1], probability: 0.5 };
};
const textsOf = (words: readonly { readonly text: string }[]): string[] => words.map(({ text }) => text);

describe('words of tokens', () => {
  const split = (text: string, language: 'en' | 'ja' = 'en'): string[] =>
    textsOf(splitWords(tokenizer.encode(text), language, tokenizer));

  it.each([
    [' hello there, you.', 'en', [' hello', ' there', ',', ' you', '.']],
    [" don't (go) 3.5", 'en', [' don', "'t", ' ', '(', 'go', ')', ' 3', '.5']],
    [' Ngũgĩ', 'en', [' Ngũgĩ']],
    ['今日は。', 'ja', ['今', '日', 'は', '。']],
    ['今日は', 'en', ['今日は']],
  ] as const)('%j in %s', (text, language, words) => {
    // The fake tokenizer spells byte by byte: an apostrophe is a token of its own here.
    expect(split(text, language).join('')).toBe(text);
    if (!text.includes("'")) expect(split(text, language)).toEqual(words);
  });

  it('spell the text and hold all tokens, whatever the tokens are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 260 }), { maxLength: 30 }),
        fc.boolean(),
        (tokens, isSpaced) => {
          const words = splitWords(tokens, isSpaced ? 'en' : 'zh', tokenizer);
          expect(textsOf(words).join('')).toBe(tokenizer.decode(tokens));
          expect(words.flatMap((part) => part.tokens)).toEqual(tokens);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('aligned words', () => {
  it('begin where the decoder looks for their first token and end where it looks for the next', () => {
    // " hello", " ", "a", ".": found at 20, 60, 64, 100; the end of text at 150.
    const [words] = align([' hello a.'], [20, 60, 64, 100, 150]);

    expect(textsOf(words!)).toEqual([' hello', ' a.']);
    expect(words!.map(({ probability }) => probability)).toEqual([1, (1 / 2 + 1 / 3) / 2]);
    // The full stop belongs to its word and takes no time, so that it ends at 100; and it looks 60 ms ahead.
    expect(words!.map(({ start, end }) => [start / 320, end / 320])).toEqual([
      [3, 63],
      [63, 103],
    ]);
  });

  it('spell their segments, in order, inside the window, whatever the decoder looks at', () => {
    const anyText = fc.stringMatching(/^( [a-c.,"']{1,4}){0,5}$/);
    fc.assert(
      fc.property(
        fc.array(anyText, { maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 99 })),
        (texts, looks) => {
          const count = texts.reduce((sum, text) => sum + tokenizer.encode(text).length, 0);
          const segments = align(texts, [...looks.take(count + 1)], 100);
          expect(segments.map((words) => textsOf(words).join(''))).toEqual(texts);
          let now = 0;
          for (const { start, end } of segments.flat()) {
            expect(start).toBeGreaterThanOrEqual(now);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(100 * 320);
            now = start;
          }
        },
      ),
    );
  });

  it('of scores of other tokens are refused', () => {
    expect(() => align([' hello'], [1, 2, 3, 4])).toThrow(RangeError);
  });
});

describe('punctuation', () => {
  it('goes to its word without taking time', () => {
    const merged = mergePunctuation([
      word(' "', 0, 10),
      word(' (', 10, 20),
      word(' yes', 20, 30),
      word(')', 30, 40),
      word('!"', 40, 90),
      word(' no', 90, 95),
      word(' -', 95, 99),
    ]);

    expect(merged.map(({ text, start, end }) => [text, start, end])).toEqual([
      [' " ( yes)!"', 20, 30],
      [' no', 90, 95],
      [' -', 95, 99],
    ]);
    expect(merged[0]!.tokens).toHaveLength(5);
  });
});

describe('durations', () => {
  it('the typical one is the median of those that are not zero, at most 0.7 s', () => {
    expect(typicalDuration([word('a', 0, 0), word('b', 0, 100), word('c', 0, 300), word('d', 0, 9999)])).toBe(
      300,
    );
    expect(typicalDuration([word('a', 0, 100), word('b', 0, 200)])).toBe(150);
    expect(typicalDuration([word('a', 0, 99_999)])).toBe(11_200);
    expect(typicalDuration([])).toBe(0);
  });

  it('a full stop and the word after it are cut to twice the typical one, other words are not', () => {
    const words = [
      word(' a', 0, 100),
      word(' b', 100, 900),
      word('.', 900, 2000),
      word(' c', 2000, 3000),
      word(' d', 3000, 3100),
      word(' e', 3100, 3200),
      word(' f', 3200, 3300),
    ];

    // The median of the seven is 100.
    expect(limitSentenceEnds([words])[0]!.map(({ start, end }) => [start, end])).toEqual([
      [0, 100],
      [100, 900],
      [900, 1100],
      [2800, 3000],
      [3000, 3100],
      [3100, 3200],
      [3200, 3300],
    ]);
  });

  it('the first word after a pause is cut to twice the typical one', () => {
    const { start, words } = fitSegment(
      { start: 0, end: 60_000 },
      [word(' a', 0, 50_000), word(' b', 50_000, 55_000)],
      0,
      5000,
    );

    expect(words.map((part) => [part.start, part.end])).toEqual([
      [40_000, 50_000],
      [50_000, 55_000],
    ]);
    expect(start).toBe(40_000);
  });

  it("a segment's own times are believed where a word is too long, its words' elsewhere", () => {
    const words = [word(' a', 10_000, 30_000), word(' b', 30_000, 50_000)];

    expect(fitSegment({ start: 25_000, end: 35_000 }, words, 9_000, 8000)).toMatchObject({
      start: 25_000,
      end: 35_000,
      words: [
        { start: 22_000, end: 30_000 },
        { start: 30_000, end: 38_000 },
      ],
    });
    expect(fitSegment({ start: 9_000, end: 52_000 }, words, 9_000, 8000)).toEqual({
      start: 10_000,
      end: 50_000,
      words,
    });
  });
});

describe('segments with words', () => {
  it('are in the time of the file, with what was replaced', () => {
    const segments = addWordTimes({
      segments: [{ ...speak(30, 32, ' Hello Tile scribe') }, speak(33, 34, ' x')],
      words: [
        [word(' Hello', 1000, 9000), word(' Tile', 9000, 15_000), word(' scribe', 15_000, 22_000)],
        [word(' x', 48_000, 54_000)],
      ],
      windowStart: 480_000,
      replacer: createReplacer([{ from: 'Tile scribe', to: 'Tilescribe' }]),
    });

    expect(segments.map(({ start, end }) => [start, end])).toEqual([
      [481_000, 502_000],
      [528_000, 534_000],
    ]);
    expect(segments[0]!.words).toEqual([
      { text: ' Hello', start: 481_000, end: 489_000, probability: 0.5 },
      { text: ' Tilescribe', start: 489_000, end: 502_000, probability: 0.5 },
    ]);
    expect(segments.map(({ confidence }) => confidence)).toEqual([0.5, 0.5]);
  });
});
