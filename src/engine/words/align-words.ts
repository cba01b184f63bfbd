/**
 * When each word of a window is said, from the decoder's cross-attention (openai/whisper timing.py): time
 * warping over the backend's scores, words, punctuation. Differs from there in one thing: words never reach over the end of a
 * segment, so that the words of a segment spell its text. Pure.
 */
import type { LanguageCode } from '../../shared/languages.js';
import type { AlignmentScores } from '../backend/backend.js';
import { POSITION_SAMPLES } from '../mel/log-mel.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { limitSentenceEnds } from './durations.js';
import { mergePunctuation } from './punctuation.js';
import { splitWords } from './split-words.js';
import type { WordTokens } from './split-words.js';
import { warpTime } from './time-warp.js';

/** The decoder looks for a word some 60 ms before it is said (docs/accuracy.md, "Word times"). */
const LOOK_AHEAD = 3;

export interface AlignRequest {
  /**
   * Of one pass over the start of the transcript and the text tokens of all segments: a row for
   * <|notimestamps|>, which stands before the text, and one for each text token.
   */
  readonly alignment: AlignmentScores;
  /** Text tokens of each segment, without timestamps. */
  readonly segments: readonly (readonly number[])[];
  /** Probability of each text token, 0 to 1, all segments one after the other. */
  readonly probabilities: readonly number[];
  /** Where the last word ends at the latest, samples from the window's start. */
  readonly latestEnd: number;
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
  const { alignment, segments, probabilities, latestEnd, language, tokenizer } = request;
  const textCount = segments.reduce((sum, tokens) => sum + tokens.length, 0);
  if (alignment.rows !== textCount + 1 || probabilities.length !== textCount) {
    throw new RangeError(`${alignment.rows} rows, ${probabilities.length} probabilities for ${textCount}`);
  }
  if (textCount === 0) return segments.map(() => []);
  const starts = findTokenStarts(alignment, latestEnd);

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
function findTokenStarts({ rows, positions, scores }: AlignmentScores, latestEnd: number): readonly number[] {
  const costs = scores.map((score) => -score);
  const firsts = warpTime(costs, rows, positions);
  return Array.from(firsts, (first) => Math.min((first + LOOK_AHEAD) * POSITION_SAMPLES, latestEnd));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
