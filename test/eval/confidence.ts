/** How often words are wrong by how certain they are said to be. Pure. */
import type { Word } from '../../src/shared/transcript.js';
import { matchWords } from './match-words.js';
import { formatRate } from './table.js';

/** Lower edges of the bands of confidence. */
const BANDS = [0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99] as const;

export const CONFIDENCE_HEAD = ['confidence', 'words', '1 - mean', 'wrong', 'share wrong'] as const;

export interface JudgedWord {
  readonly probability: number;
  readonly isRight: boolean;
}

/**
 * Words are normalised one by one, so that each keeps its confidence; numbers of several words do not match.
 *
 * @param split a text into normalised words.
 */
export function judgeWords(
  reference: string,
  heard: readonly Word[],
  split: (text: string) => readonly string[],
): readonly JudgedWord[] {
  // What was decoded has a probability; only a person's words have none.
  const parts = heard.flatMap(({ text, probability = NaN }) =>
    split(text).map((part) => ({ part, probability })),
  );
  const matches = matchWords(
    split(reference),
    parts.map(({ part }) => part),
  );
  return parts.map(({ probability }, i) => ({ probability, isRight: matches[i] !== null }));
}

/** One row for each band. */
export function listBands(words: readonly JudgedWord[]): readonly (readonly string[])[] {
  return BANDS.map((from, i) => {
    const to = BANDS[i + 1] ?? 1;
    const inside = words.filter(
      ({ probability }) => probability >= from && (probability < to || i === BANDS.length - 1),
    );
    const wrong = inside.filter(({ isRight }) => !isRight).length;
    const mean = inside.reduce((sum, { probability }) => sum + probability, 0) / inside.length;
    return [
      `${from} to ${to}`,
      String(inside.length),
      inside.length === 0 ? '-' : (1 - mean).toFixed(3),
      String(wrong),
      formatRate(inside.length === 0 ? null : wrong / inside.length),
    ];
  });
}
