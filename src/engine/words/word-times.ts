/**
 * Puts aligned words into the segments of their window, in the time of the file. Pure.
 */
import type { Replacer } from '../../shared/replacements.js';
import { toSamples } from '../../shared/time.js';
import type { Segment, Word } from '../../shared/transcript.js';
import type { AlignedWord } from './align-words.js';
import { fitSegment, typicalDuration } from './durations.js';

/** A segment before it has its place in the transcript. */
export type LooseSegment = Omit<Segment, 'index'>;

export interface WindowWords {
  readonly segments: readonly LooseSegment[];
  /** Words of each segment, from the window's start. */
  readonly words: readonly (readonly AlignedWord[])[];
  readonly windowStart: number;
  /** As it was used on the segments' text. */
  readonly replacer: Replacer;
}

/**
 * The segments with their words, the times of those, and how certain each is. The window's start counts as the
 * end of the speech before it, so that windows need not know of each other.
 */
export function addWordTimes(input: WindowWords): readonly LooseSegment[] {
  const { windowStart } = input;
  let lastSpeech = windowStart;
  const typical = typicalDuration(input.words.flat());
  return input.segments.map((segment, index): LooseSegment => {
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
      ...(fitted.length === 0 ? {} : { confidence: meanProbability(fitted) }),
    };
  });
}

/** Over the tokens of all words. */
function meanProbability(words: readonly AlignedWord[]): number {
  const sum = words.reduce((total, { probability, tokens }) => total + probability * tokens.length, 0);
  return clampProbability(sum / words.reduce((total, { tokens }) => total + tokens.length, 0));
}

function clampProbability(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function toWord({ text, start, end, probability }: AlignedWord): Word {
  return {
    text,
    start: toSamples(start),
    end: toSamples(Math.max(start, end)),
    probability: clampProbability(probability),
  };
}
