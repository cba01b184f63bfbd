import { describe, expect, it } from 'vitest';
import { TokenChooser } from '../../../src/engine/backend/choose-token.js';
import { TokenRules } from '../../../src/engine/decoding/token-rules.js';
import { at, createFakeTokenizer, END_OF_TEXT, VOCABULARY_SIZE } from './fake-tokenizer.js';

const rules = new TokenRules(createFakeTokenizer(), VOCABULARY_SIZE);
const chooser = new TokenChooser(VOCABULARY_SIZE);
const A = 300;
const BLANK = 0x20;
const BRACKET = 0x5b;

/** Which of the candidates may come after `sampled`. Equal logits, so that all that may come are listed. */
function allowedAfter(sampled: readonly number[], candidates: readonly number[]): number[] {
  return candidates.filter((candidate) => {
    const logits = new Float32Array(VOCABULARY_SIZE).fill(-1e4);
    logits[candidate] = 100;
    return chooser.choose(logits, rules.next(sampled, null)).top[0]?.id === candidate;
  });
}

describe('timestamp rules', () => {
  it('begin with a timestamp of at most one second', () => {
    expect(allowedAfter([], [A, END_OF_TEXT, at(0), at(1), at(1.02), at(30)])).toEqual([at(0), at(1)]);
  });

  it('want text after the first timestamp and after a pair, or the end', () => {
    const candidates = [A, END_OF_TEXT, at(0), at(5), at(30)];

    expect(allowedAfter([at(0)], candidates)).toEqual([A, END_OF_TEXT]);
    expect(allowedAfter([at(0), A, at(4), at(4)], candidates)).toEqual([A, END_OF_TEXT]);
  });

  it('want a second timestamp, not earlier, or the end after a segment ends', () => {
    expect(allowedAfter([at(0), A, at(4)], [A, END_OF_TEXT, at(3.98), at(4), at(7)])).toEqual([
      END_OF_TEXT,
      at(4),
      at(7),
    ]);
  });

  it('never go back, and never make an empty segment', () => {
    expect(allowedAfter([at(0), A, at(4), at(4), A], [A, at(3.98), at(4), at(4.02)])).toEqual([A, at(4.02)]);
    expect(allowedAfter([at(0.5), A], [A, at(0.5), at(0.52)])).toEqual([A, at(0.52)]);
  });
});

describe('suppression', () => {
  it('bars signs of non-speech, special tokens and <|notimestamps|> everywhere', () => {
    const candidates = [BRACKET, A, 50258, 50358, 50359, 50360, 50361, 50362, 50363];

    expect(allowedAfter([at(0)], candidates)).toEqual([A]);
    expect(allowedAfter([at(0), A], candidates)).toEqual([A]);
  });

  it('is not there for the blank once the text has begun', () => {
    expect(allowedAfter([at(0)], [BLANK])).toEqual([BLANK]);
  });
});

describe('language rule', () => {
  it('leaves only the languages, with probabilities that sum to 1', () => {
    const logits = new Float32Array(VOCABULARY_SIZE).fill(0);
    logits[A] = 100;
    logits[50261] = 5;

    const { top } = chooser.choose(logits, rules.language(99, 99));

    expect(top[0]!.id).toBe(50261);
    expect(top.every(({ id }) => id >= 50259 && id <= 50357)).toBe(true);
    expect(top.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0)).toBeCloseTo(1, 9);
  });
});
