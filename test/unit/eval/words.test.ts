import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countErrors } from '../../eval/error-rate.js';
import { matchWords } from '../../eval/match-words.js';
import { parseWords, spellWords } from '../../eval/reference-words.js';

describe('heard words and those of the reference', () => {
  it('are matched in order', () => {
    expect(matchWords(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'y', 'd'])).toEqual([0, null, 2, null, 3]);
    expect(matchWords([], ['a'])).toEqual([null]);
    expect(matchWords(['a'], [])).toEqual([]);
  });

  it('match as many as the error rate has right', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (reference, heard) => {
        const found = matchWords(reference, heard).filter((match) => match !== null);
        const { substitutions, deletions } = countErrors(reference, heard);
        expect(found.every((match) => reference[match] !== undefined)).toBe(true);
        expect([...found].sort((a, b) => a - b)).toEqual(found);
        // Of equally cheap alignments they may choose different ones: a hit more or less is a deletion for a substitution.
        expect(Math.abs(reference.length - substitutions - deletions - found.length)).toBeLessThanOrEqual(
          substitutions + deletions,
        );
      }),
    );
  });
});

describe('pocketsphinx', () => {
  it('is told plain words', () => {
    expect(spellWords('“Well—DON’T,” he said: x-ray!')).toEqual(['well', "don't", 'he', 'said', 'x', 'ray']);
  });

  it('tells words with times, pauses between them', () => {
    const output =
      "you don't\n<sil> 0.000 0.240 1.000000\nyou 0.250 0.320 1.000000\ndon't(2) 0.330 0.580 1.0\n";

    expect(parseWords(output)).toEqual([
      { text: 'you', startSeconds: 0.25, endSeconds: 0.33 },
      { text: "don't", startSeconds: 0.33, endSeconds: 0.59 },
    ]);
  });
});
