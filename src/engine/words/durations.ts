/**
 * Words that time warping makes too long, because no token stands for a pause, cut to a likely length
 * (openai/whisper timing.py, add_word_timestamps). All times in samples. Pure.
 */
import { SAMPLE_RATE_HZ } from '../../shared/time.js';
import type { AlignedWord } from './align-words.js';

/** The typical word is never taken for longer than 0.7 s. */
const LONGEST_TYPICAL = 0.7 * SAMPLE_RATE_HZ;
/** A segment's own time is believed when it is this much inside that of its words. */
const SEGMENT_TRUST = 0.5 * SAMPLE_RATE_HZ;
const SENTENCE_ENDS = new Set(['.', '。', '!', '！', '?', '？']);

/** Median length of the words that have one. */
export function typicalDuration(words: readonly Pick<AlignedWord, 'start' | 'end'>[]): number {
  const lengths = words
    .map(({ start, end }) => end - start)
    .filter((length) => length > 0)
    .sort((a, b) => a - b);
  if (lengths.length === 0) return 0;
  const middle = lengths.length / 2;
  const median = (lengths[Math.ceil(middle) - 1]! + lengths[Math.floor(middle)]!) / 2;
  return Math.min(LONGEST_TYPICAL, median);
}

/** No sign that ends a sentence, and no word after one, is longer than twice the typical word. */
export function limitSentenceEnds(
  segments: readonly (readonly AlignedWord[])[],
): readonly (readonly AlignedWord[])[] {
  const all = segments.flat();
  const longest = 2 * typicalDuration(all);
  if (longest === 0) return segments;
  let index = -1;
  return segments.map((words) =>
    words.map((word) => {
      const before = all[index++];
      if (before === undefined || word.end - word.start <= longest) return word;
      if (SENTENCE_ENDS.has(word.text)) return { ...word, end: Math.round(word.start + longest) };
      if (SENTENCE_ENDS.has(before.text)) return { ...word, start: Math.round(word.end - longest) };
      return word;
    }),
  );
}

export interface SegmentTime {
  readonly start: number;
  readonly end: number;
}

/** A segment's words and time after both were held against each other. */
export interface FittedSegment extends SegmentTime {
  readonly words: readonly AlignedWord[];
}

/**
 * Cuts the first words after a pause, and makes segment and words agree: a segment begins with its first
 * word and ends with its last, unless its own timestamps say that the word is too long. Where openai/whisper
 * may make a word longer, over its neighbour, this only cuts.
 *
 * @param segment as decoded; all times from the start of the file.
 * @param lastSpeech where the segment before ended.
 * @param typical `typicalDuration` of the words of the window.
 */
export function fitSegment(
  segment: SegmentTime,
  words: readonly AlignedWord[],
  lastSpeech: number,
  typical: number,
): FittedSegment {
  if (words.length === 0) return { ...segment, words };
  const fitted = [...cutAfterPause(words, lastSpeech, typical)];
  let { start, end } = segment;
  const first = fitted[0]!;
  if (start < first.end && start - SEGMENT_TRUST > first.start) {
    const cut = Math.max(first.start, Math.min(first.end - typical, start));
    fitted[0] = { ...first, start: Math.round(cut) };
  } else {
    start = first.start;
  }
  const last = fitted.at(-1)!;
  if (end > last.start && end + SEGMENT_TRUST < last.end) {
    const cut = Math.min(last.end, Math.max(last.start + typical, end));
    fitted[fitted.length - 1] = { ...last, end: Math.round(cut) };
  } else {
    end = last.end;
  }
  return { start, end, words: fitted };
}

/** The first and second word after a pause of four typical words are not longer than two of them each. */
function cutAfterPause(
  words: readonly AlignedWord[],
  lastSpeech: number,
  typical: number,
): readonly AlignedWord[] {
  const longest = 2 * typical;
  const [first, second, ...rest] = words;
  if (first === undefined || first.end - lastSpeech <= 2 * longest) return words;
  const areTwoLong = second !== undefined && second.end - first.start > 2 * longest;
  if (first.end - first.start <= longest && !areTwoLong) return words;
  if (second === undefined || second.end - second.start <= longest) {
    const cut = { ...first, start: Math.round(Math.max(first.start, first.end - longest)) };
    return [cut, ...words.slice(1)];
  }
  const border = Math.round(Math.max(second.end / 2, second.end - longest));
  const start = Math.round(Math.max(first.start, border - longest));
  return [{ ...first, start, end: border }, { ...second, start: border }, ...rest];
}
