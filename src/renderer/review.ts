/** The words to check first: the least certain ones, in the order of the recording. Pure. */
import type { Samples } from '../shared/time.js';
import type { Segment } from '../shared/transcript.js';

export interface DoubtfulWord {
  /** Position of the segment, and of the word in it. */
  readonly at: number;
  readonly word: number;
  readonly text: string;
  readonly start: Samples;
  readonly end: Samples;
  readonly probability: number;
}

/** Words above this are not worth a reader's time. */
export const DOUBT_LIMIT = 0.6;
/** A list longer than this is never worked through. */
export const MAX_DOUBTFUL = 200;

/** A word, not punctuation, that the model was not sure of. */
export function isDoubtful(text: string, probability: number | undefined): boolean {
  return probability !== undefined && probability < DOUBT_LIMIT && /[\p{L}\p{N}]/u.test(text);
}

export function listDoubtful(segments: readonly Segment[]): readonly DoubtfulWord[] {
  const doubtful: DoubtfulWord[] = [];
  for (const [at, segment] of segments.entries()) {
    for (const [word, { text, start, end, probability }] of (segment.words ?? []).entries()) {
      if (probability === undefined || !isDoubtful(text, probability)) continue;
      doubtful.push({ at, word, text: text.trim(), start, end, probability });
    }
  }
  if (doubtful.length <= MAX_DOUBTFUL) return doubtful;
  const limit = doubtful.map(({ probability }) => probability).sort((a, b) => a - b)[MAX_DOUBTFUL - 1]!;
  return doubtful.filter(({ probability }) => probability <= limit).slice(0, MAX_DOUBTFUL);
}

/** The position of the next doubtful word after (or before) a time; it goes round at the ends. */
export function stepDoubtful(
  words: readonly Pick<DoubtfulWord, 'start'>[],
  current: number | null,
  fromSamples: number,
  step: 1 | -1,
): number | null {
  if (words.length === 0) return null;
  if (current !== null && current < words.length) return (current + step + words.length) % words.length;
  const next = words.findIndex(({ start }) => start >= fromSamples);
  if (step === 1) return next < 0 ? 0 : next;
  return next <= 0 ? words.length - 1 : next - 1;
}
