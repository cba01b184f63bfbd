/** Search in a transcript: where a text stands. Plain text, letters of any case alike unless asked otherwise. Pure. */
import type { Segment } from '../shared/transcript.js';

export interface Match {
  /** Position of the segment. */
  readonly at: number;
  /** In the segment's text, in UTF-16 code units. */
  readonly from: number;
  readonly to: number;
}

/** More is no search any more; the count is then shown as "10,000+". */
export const MAX_MATCHES = 10_000;

/** Of texts that were searched: each letter typed searches all of them again. */
const lowered = new WeakMap<object, string>();

/** A few letters change their length with their case (İ): there the places would be wrong, and case counts. */
function lowerText(segment: Pick<Segment, 'text'>): string {
  const known = lowered.get(segment);
  if (known !== undefined) return known;
  const lower = segment.text.toLowerCase();
  const searched = lower.length === segment.text.length ? lower : segment.text;
  lowered.set(segment, searched);
  return searched;
}

export function findMatches(
  segments: readonly Pick<Segment, 'text'>[],
  query: string,
  isCaseExact: boolean,
): readonly Match[] {
  const wanted = isCaseExact ? query : query.toLowerCase();
  if (wanted.trim() === '') return [];
  const found: Match[] = [];
  for (const [at, segment] of segments.entries()) {
    const searched = isCaseExact ? segment.text : lowerText(segment);
    let from = searched.indexOf(wanted);
    while (from >= 0) {
      found.push({ at, from, to: from + wanted.length });
      if (found.length === MAX_MATCHES) return found;
      from = searched.indexOf(wanted, from + wanted.length);
    }
  }
  return found;
}

/** The match to show first: the one at or after the segment that the reader is at. */
export function firstMatchFrom(matches: readonly Match[], at: number): number {
  const next = matches.findIndex((match) => match.at >= at);
  return next < 0 ? 0 : next;
}
