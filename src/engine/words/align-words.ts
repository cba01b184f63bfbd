/**
 * When each word of a window is said, from the decoder's cross-attention (openai/whisper timing.py): scores,
 * time warping, words, punctuation. Differs from there in one thing: words never reach over the end of a
 * segment, so that the words of a segment spell its text. Pure.
 */
import type { LanguageCode } from '../../shared/languages.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { scorePositions } from './attention.js';
import type { AlignmentAttention } from './attention.js';
import { limitSentenceEnds } from './durations.js';
import { mergePunctuation } from './punctuation.js';
import { splitWords } from './split-words.js';
import type { WordTokens } from './split-words.js';
import { warpTime } from './time-warp.js';

/** One encoder position. */
const POSITION_SAMPLES = 320;

export interface AlignRequest {
  /**
   * Of one pass over: `prefix` tokens (<|startoftranscript|>, language, task), <|notimestamps|>, the text
   * tokens of all segments, the end of text.
   */
  readonly attention: AlignmentAttention;
  readonly prefix: number;
  /** Text tokens of each segment, without timestamps. */
  readonly segments: readonly (readonly number[])[];
  /** Probability of each text token in that pass, 0 to 1, all segments one after the other. */
  readonly probabilities: readonly number[];
  /** Sound in the window, samples. */
  readonly windowSamples: number;
  readonly language: LanguageCode;
  readonly tokenizer: Pick<Tokenizer, 'decode'>;
}

/** Times in samples from the window's start. */
export interface AlignedWord extends WordTokens {
  readonly start: number;
  readonly end: number;
  /** Mean over its tokens. */
  readonly probability: number;
}

/** The words of each segment, in order. Throws RangeError when the shapes do not fit each other. */
export function alignWords(request: AlignRequest): readonly (readonly AlignedWord[])[] {
  const { attention, prefix, segments, probabilities, windowSamples, language, tokenizer } = request;
  const textCount = segments.reduce((sum, tokens) => sum + tokens.length, 0);
  if (attention.tokens !== prefix + textCount + 2 || probabilities.length !== textCount) {
    throw new RangeError(`attention over ${attention.tokens} tokens for ${prefix} + ${textCount} + 2`);
  }
  if (textCount === 0) return segments.map(() => []);
  const starts = findTokenStarts(attention, prefix, textCount, windowSamples);

  let place = 0;
  const timed = segments.map((tokens) =>
    splitWords(tokens, language, tokenizer).map((word): AlignedWord => {
      const from = place;
      place += word.tokens.length;
      return {
        ...word,
        start: starts[from]!,
        end: starts[place]!,
        probability: mean(probabilities.slice(from, place)),
      };
    }),
  );
  return limitSentenceEnds(timed).map(mergePunctuation);
}

/**
 * Where each text token begins, and at the end where the last one ends, samples. The row of a token tells
 * where the decoder looks to find the next one, so that the rows begin one before the text.
 */
function findTokenStarts(
  attention: AlignmentAttention,
  prefix: number,
  textCount: number,
  windowSamples: number,
): readonly number[] {
  const positions = Math.min(attention.positions, Math.ceil(windowSamples / POSITION_SAMPLES));
  const scores = scorePositions(attention, positions);
  const costs = scores
    .subarray(prefix * positions, (prefix + textCount + 1) * positions)
    .map((score) => -score);
  const firsts = warpTime(costs, textCount + 1, positions);
  return Array.from(firsts, (first) => Math.min(first * POSITION_SAMPLES, windowSamples));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
