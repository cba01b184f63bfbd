/**
 * A text that competes with others for a window, and which one wins (openai/whisper decoding.py,
 * MaximumLikelihoodRanker). Pure.
 */
import type { ScoredToken } from '../backend/backend.js';

/** A text under way or finished. */
export interface Hypothesis {
  /** Without the end of text. */
  readonly tokens: readonly ScoredToken[];
  /** Sum of log-probabilities, that of the end of text included once it is reached. */
  readonly sum: number;
}

/** A text that goes on. */
export interface Row {
  readonly text: Hypothesis;
  /** The row of the backend's that it was before its last token. */
  readonly parent: number;
}

export const EMPTY_HYPOTHESIS: Hypothesis = { tokens: [], sum: 0 };

/** The text with one more token, which is not the end of text. */
export function extend({ tokens, sum }: Hypothesis, token: ScoredToken): Hypothesis {
  return { tokens: [...tokens, token], sum: sum + token.logProbability };
}

/** The same text, ended by `endOfText`. */
export function finish({ tokens, sum }: Hypothesis, endOfText: ScoredToken): Hypothesis {
  return { tokens, sum: sum + endOfText.logProbability };
}

export function idsOf({ tokens }: Hypothesis): number[] {
  return tokens.map(({ id }) => id);
}

/**
 * The most probable one for its length; of equally good ones the first.
 * @param hypotheses at least one.
 * @param lengthPenalty alpha of Wu et al. 2016 (arXiv:1609.08144, equation 14): the sum is divided by
 *   ((5 + length) / 6) ** alpha; null divides by the length itself, in tokens without the end of text.
 */
export function chooseMostLikely(
  hypotheses: readonly Hypothesis[],
  lengthPenalty: number | null,
): Hypothesis {
  const score = ({ tokens: { length }, sum }: Hypothesis): number =>
    sum / (lengthPenalty === null ? length : ((5 + length) / 6) ** lengthPenalty);
  return hypotheses.reduce((best, hypothesis) => (score(hypothesis) > score(best) ? hypothesis : best));
}
