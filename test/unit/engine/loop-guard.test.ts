import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLoop, LoopGuard } from '../../../src/engine/decoding/loop-guard.js';
import { at } from './fake-tokenizer.js';

const TIMESTAMP_BEGIN = at(0);
const find = (tokens: readonly number[]): number | null => findLoop(tokens, TIMESTAMP_BEGIN);
const repeat = (round: readonly number[], times: number): number[] =>
  Array.from({ length: times }, () => round).flat();

/** 1, 2, 3 …: repeats nothing. */
const count = (length: number, from = 1): number[] => Array.from({ length }, (_, i) => from + i);

describe('a loop', () => {
  it.each([
    ['one token, 24 times', [7], 24],
    ['two tokens, 12 times', [7, 8], 12],
    ['six tokens, 4 times', count(6), 4],
    ['56 tokens, 4 times', count(56), 4],
  ])('%s: it closes with the last token, and the first round is kept', (_, round, times) => {
    const tokens = [...count(5, 900), ...repeat(round, times)];

    expect(find(tokens.slice(0, -1))).toBeNull();
    expect(find(tokens)).toBe(5 + round.length);
  });

  it('is one though each round is a segment with its own timestamps', () => {
    const rounds = Array.from({ length: 4 }, (_, i) => [at(i), ...count(8), at(i + 1)]);

    expect(find(rounds.flat())).toBe(9);
  });

  it('stays one after it was found', () => {
    const guard = new LoopGuard(TIMESTAMP_BEGIN);
    const answers = [...repeat([7], 24), 1, 2, at(3)].map((token) => guard.push(token));

    expect(answers.indexOf(true)).toBe(23);
    expect(answers.slice(23)).toEqual([true, true, true, true]);
    expect(guard.keep).toBe(1);
  });
});

describe('no loop', () => {
  it.each([
    ['no no no no no no', repeat([572], 6)],
    ['ha, ha, ha, ha, ha', repeat([324, 11], 5)],
    ['one, two, one, two, one, two, one, two', repeat([472, 11, 732, 11], 4)],
    ['I know, five times', repeat([286, 458, 11], 5)],
    ['a refrain of 20 tokens, three times', repeat(count(20), 3)],
    ['counting', Array.from({ length: 100 }, (_, i) => [500 + i, 11]).flat()],
    ['the same row after other words', repeat([...count(10), 99], 3)],
    ['many timestamps', repeat([at(1)], 100)],
  ])('%s', (_, tokens) => {
    expect(find(tokens)).toBeNull();
  });

  it('without a token that comes again within 56, whatever the tokens are', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(count(300), { minLength: 100 }), (tokens) => {
        expect(find(tokens)).toBeNull();
      }),
    );
  });
});

describe('any tokens', () => {
  it('a loop is found at the first token where the plain definition finds one', () => {
    const tokens = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 30 }),
      )
      .map(([before, round, times]) => [...before, ...repeat(round, times)]);
    fc.assert(
      fc.property(tokens, (all) => {
        const guard = new LoopGuard(TIMESTAMP_BEGIN);
        const found = all.findIndex((token) => guard.push(token));
        expect(found).toBe(all.findIndex((_, i) => endsInLoop(all.slice(0, i + 1))));
        if (guard.keep !== null) expect(guard.keep).toBeLessThan(found + 1);
      }),
      { numRuns: 500 },
    );
  });
});

/** The definition, written down plainly: some last tokens are the same row again and again. */
function endsInLoop(tokens: readonly number[]): boolean {
  for (let round = 1; round <= 56; round++) {
    const length = Math.max(24, 4 * round);
    const tail = tokens.slice(-length);
    if (tail.length === length && tail.every((token, i) => i < round || token === tail[i - round]))
      return true;
  }
  return false;
}
