/**
 * Puts aligned words into the segments of their window, in the time of the file. Pure.
 */
import type { Replacer } from '../../shared/replacements.js';
import { toSamples } from '../../shared/time.js';
import type { Segment, Word } from '../../shared/transcript.js';
import type { AlignedWord } from './align-words.js';
import { fitSegment, typicalDuration } from './durations.js';

/** A segment before it has its place in the transcript. */
type LooseSegment = Omit<Segment, 'index'>;

export interface WindowWords {
  readonly segments: readonly LooseSegment[];
  /** Words of each segment, from the window's start. */
  readonly words: readonly (readonly AlignedWord[])[];
  readonly windowStart: number;
  /** Where speech ended before this window, samples of the file. */
  readonly lastSpeech: number;
  /** As it was used on the segments' text. */
  readonly replacer: Replacer;
}

/** The segments with their words and the times of those; and where speech ends now. */
export function addWordTimes(input: WindowWords): {
  readonly segments: readonly LooseSegment[];
  readonly lastSpeech: number;
} {
  const { windowStart } = input;
  let { lastSpeech } = input;
  const typical = typicalDuration(input.words.flat());
  const segments = input.segments.map((segment, index): LooseSegment => {
    const words = (input.words[index] ?? []).map((word) => {
      return { ...word, start: word.start + windowStart, end: word.end + windowStart };
    });
    const { start, end, words: fitted } = fitSegment(segment, words, lastSpeech, typical);
    lastSpeech = end;
    return {
      ...segment,
      start: toSamples(start),
      end: toSamples(Math.max(start, end)),
      words: [...input.replacer.words(fitted.map(toWord))],
    };
  });
  return { segments, lastSpeech };
}

function toWord({ text, start, end, probability }: AlignedWord): Word {
  return {
    text,
    start: toSamples(start),
    end: toSamples(Math.max(start, end)),
    probability: Math.min(1, Math.max(0, probability)),
  };
}
