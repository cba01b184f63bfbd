/**
 * The tokens of a window, cut into segments by their timestamps, and where the next window begins
 * (openai/whisper transcribe.py, the part after decode_with_fallback). Pure.
 */
import type { Tokenizer } from '../model/tokenizer.js';
import { TIMESTAMP_SAMPLES } from '../model/tokenizer.js';

/** Times in samples from the window's start. */
export interface SegmentSlice {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly number[];
}

export interface WindowSplit {
  readonly slices: readonly SegmentSlice[];
  /** Samples to move on, more than 0 and at most the window's length. */
  readonly advance: number;
}

/**
 * @param tokens as sampled, the end of text left out.
 * @param windowSamples sound in the window: 30 s, or what was left of the file.
 */
export function splitSegments(
  tokens: readonly number[],
  windowSamples: number,
  tokenizer: Pick<Tokenizer, 'isTimestamp' | 'special'>,
): WindowSplit {
  const isTimestamp = tokens.map((token) => tokenizer.isTimestamp(token));
  const toSamples = (token: number): number =>
    Math.max(0, token - tokenizer.special.timestampBegin) * TIMESTAMP_SAMPLES;
  const cuts = tokens.flatMap((_, i) => (i > 0 && isTimestamp[i] && isTimestamp[i - 1] ? [i] : []));
  const endsOpen = isTimestamp.at(-1) === true && isTimestamp.at(-2) === false;

  if (cuts.length === 0) {
    const last = tokens.findLast((token) => tokenizer.isTimestamp(token));
    const end = last !== undefined && toSamples(last) > 0 ? toSamples(last) : windowSamples;
    return {
      slices: [{ start: 0, end: Math.min(end, windowSamples), tokens }],
      advance: windowSamples,
    };
  }

  // A single timestamp at the end: nothing is said after it, so that the whole window is done.
  const ends = endsOpen ? [...cuts, tokens.length] : cuts;
  const slices = ends.map((end, i) => {
    const part = tokens.slice(i === 0 ? 0 : ends[i - 1]!, end);
    return {
      start: Math.min(toSamples(part[0]!), windowSamples),
      end: Math.min(toSamples(part.at(-1)!), windowSamples),
      tokens: part,
    };
  });
  if (endsOpen) return { slices, advance: windowSamples };
  // What follows the last pair is unfinished: it is heard again at the start of the next window.
  const lastEnd = toSamples(tokens[cuts.at(-1)! - 1]!);
  return { slices, advance: lastEnd > 0 ? Math.min(lastEnd, windowSamples) : windowSamples };
}
