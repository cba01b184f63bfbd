/**
 * Single tokens as the live view shows them, and which of them made which segment: after a commit they
 * stay to be looked at for a while. Pure.
 */
import type { TokenCandidate, TokenEvent } from '../shared/events.js';
import type { Segment } from '../shared/transcript.js';

export interface LiveToken {
  readonly id: number;
  readonly text: string;
  /** 0 to 1. */
  readonly probability: number;
  /** null when the engine did not measure it. */
  readonly latencyMs: number | null;
  /** null when the search does not tell. */
  readonly alternatives: readonly TokenCandidate[] | null;
}

export function toLiveToken(event: TokenEvent): LiveToken {
  return {
    id: event.id,
    text: event.text,
    probability: Math.exp(event.logProbability),
    latencyMs: event.latencyMs ?? null,
    alternatives: event.alternatives ?? null,
  };
}

/**
 * For each segment the tokens of its text, or null where they are not the ones it was made of (it was edited,
 * words were replaced, another attempt was kept).
 */
export function matchTokens(
  segments: readonly Pick<Segment, 'text' | 'isEdited'>[],
  tokens: readonly LiveToken[],
): readonly (readonly LiveToken[] | null)[] {
  let next = 0;
  return segments.map(({ text, isEdited }) => {
    if (isEdited === true) return null;
    const taken: LiveToken[] = [];
    let joined = '';
    while (next < tokens.length && joined.length < text.length) {
      const token = tokens[next]!;
      joined += token.text;
      taken.push(token);
      next++;
    }
    return joined === text ? taken : null;
  });
}
