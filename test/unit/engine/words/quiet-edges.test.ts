import { describe, expect, it } from 'vitest';
import type { AlignedWord } from '../../../../src/engine/words/align-words.js';
import { cutQuietEdges } from '../../../../src/engine/words/quiet-edges.js';

const SECOND = 16_000;
const word = (startSeconds: number, endSeconds: number): AlignedWord => {
  const [start, end] = [startSeconds * SECOND, endSeconds * SECOND];
  return { text: ' a', tokens: [1], probability: 1, start, end };
};

/** Four seconds, loud from 1 to 2 and from 3 to 4, else at that level. */
function makeSound(quiet: number): Float32Array {
  return Float32Array.from({ length: 4 * SECOND }, (_, i) => {
    const isLoud = Math.floor(i / SECOND) % 2 === 1;
    return (isLoud ? 0.3 : quiet) * Math.sin(i);
  });
}

const timesOf = (words: readonly AlignedWord[]): number[][] =>
  words.map(({ start, end }) => [start / SECOND, end / SECOND]);

describe('a pause at the edge of a word', () => {
  it('is cut off, but for 20 ms', () => {
    const [words] = cutQuietEdges([[word(0, 1.5), word(1.5, 2.9)]], makeSound(0.001));

    expect(timesOf(words!)).toEqual([
      [0.98, 1.5],
      [1.5, 2.02],
    ]);
    expect(timesOf(cutQuietEdges([[word(1.2, 2.9)]], makeSound(0.001))[0]!)).toEqual([[1.2, 2.02]]);
  });

  it('is found beside digital silence and beside a click', () => {
    const sound = makeSound(0.001);
    // Digital silence for most of the time, so that it is what is quiet.
    sound.fill(0, 2 * SECOND, 3 * SECOND);
    sound.fill(0.3, 0.5 * SECOND, 0.51 * SECOND);

    expect(timesOf(cutQuietEdges([[word(0, 1.5)]], sound)[0]!)).toEqual([[0.98, 1.5]]);
  });

  it('stays when it is short, when all of the word is quiet, and when nothing tells quiet from loud', () => {
    const words = [word(0.95, 2.05), word(2.2, 2.8)];

    expect(cutQuietEdges([words], makeSound(0.001))).toEqual([words]);
    expect(cutQuietEdges([[word(0, 1.5)]], makeSound(0.2))).toEqual([[word(0, 1.5)]]);
    expect(cutQuietEdges([[word(0, 1.5)]], new Float32Array(0))).toEqual([[word(0, 1.5)]]);
  });
});

describe('a pause inside a word', () => {
  it('leaves the longest part of it: the rest is of its neighbours', () => {
    const words = [word(1.9, 3.6), word(1.3, 3.2)];

    expect(timesOf(cutQuietEdges([words], makeSound(0.001))[0]!)).toEqual([
      [2.98, 3.6],
      [1.3, 2.02],
    ]);
  });

  it('stays in a number, which may be read digit by digit', () => {
    const number = { ...word(1.9, 3.6), text: ' 42' };

    expect(cutQuietEdges([[number]], makeSound(0.001))).toEqual([[number]]);
  });

  it('stays when it is no longer than the stop of a consonant', () => {
    const sound = makeSound(0.001);
    sound.fill(0.0001, 1.5 * SECOND, 1.62 * SECOND);

    expect(cutQuietEdges([[word(1, 2)]], sound)).toEqual([[word(1, 2)]]);
  });
});
