import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addErrors,
  countErrors,
  errorRate,
  NO_ERRORS,
  splitCharacters,
  splitWords,
  totalErrors,
} from '../../eval/error-rate.js';

function count(reference: string, heard: string) {
  return countErrors(splitWords(reference), splitWords(heard));
}

describe('countErrors', () => {
  it.each([
    ['a b c', 'a b c', 0, 0, 0],
    ['a b c', 'a x c', 1, 0, 0],
    ['a b c', 'a c', 0, 1, 0],
    ['a b c', 'a b x c', 0, 0, 1],
    ['a b c', '', 0, 3, 0],
    ['', 'a b', 0, 0, 2],
    ['a b c d e f', 'x b d e f g', 1, 1, 1],
    ['shop boy', 'shopboy', 1, 1, 0],
  ])('%j heard as %j: %i substitutions, %i deletions, %i insertions', (reference, heard, s, d, i) => {
    expect(count(reference, heard)).toMatchObject({ substitutions: s, deletions: d, insertions: i });
  });

  it('turns the reference into a text of the length that was heard, at the least cost', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(words, words, (reference, heard) => {
        const errors = countErrors(reference, heard);

        expect(reference.length - errors.deletions + errors.insertions).toBe(heard.length);
        expect(totalErrors(errors)).toBeLessThanOrEqual(Math.max(reference.length, heard.length));
        expect(totalErrors(countErrors(heard, reference))).toBe(totalErrors(errors));
        expect(totalErrors(errors) === 0).toBe(reference.join(' ') === heard.join(' '));
      }),
    );
  });
});

describe('errorRate', () => {
  it('is errors over words of the reference, and unknown without any', () => {
    expect(errorRate(addErrors(count('a b', 'a x'), count('c d', 'c d')))).toBe(0.25);
    expect(errorRate(count('a', 'x y z'))).toBe(3);
    expect(errorRate(NO_ERRORS)).toBeNull();
  });
});

it('splitCharacters takes whole characters and no spaces', () => {
  expect(splitCharacters('你好 世界 👍')).toEqual(['你', '好', '世', '界', '👍']);
});
