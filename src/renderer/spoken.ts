/** Which segment and word is heard at a time. Pure. */
import type { Segment } from '../shared/transcript.js';

/** The last position whose start is not after the time; -1 before the first. By halving: the list is long. */
export function findAt(items: readonly { readonly start: number }[], samples: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.start <= samples) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export interface Spoken {
  /** -1 where nothing is said. */
  readonly at: number;
  readonly word: number;
}

export const NOTHING_SPOKEN: Spoken = { at: -1, word: -1 };

export function findSpoken(segments: readonly Segment[], samples: number): Spoken {
  const at = findAt(segments, samples);
  const segment = segments[at];
  if (segment === undefined || samples >= segment.end) return NOTHING_SPOKEN;
  const words = segment.words ?? [];
  const word = findAt(words, samples);
  const isWithin = word >= 0 && samples < words[word]!.end;
  return { at, word: isWithin ? word : -1 };
}
