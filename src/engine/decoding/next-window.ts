/** Where the next window begins, by what the text of a window and the voice detector say together. Pure. */
import { ALL_GUARDS } from './guards.js';
import { findLateSpeech, maySpeak } from '../voice/late-speech.js';
import type { HeardStretch } from '../voice/late-speech.js';
import { SHORTEST_WINDOW } from '../heard-sound.js';
import type { WindowOutcome } from './window-decoder.js';

export interface WindowText {
  readonly segments: readonly Pick<WindowOutcome['segments'][number], 'end'>[];
  readonly advance: number;
}

/**
 * Where the text says, earlier where it left speech out, and at the end of the window where nobody speaks behind it.
 * Without a text or a detector nobody knows better than the text.
 */
export function findNext(
  { segments, advance }: WindowText,
  { start, end, frames }: HeardStretch,
  guards = ALL_GUARDS,
): number {
  const next = start + advance;
  const last = segments.at(-1);
  if (last === undefined || frames === null) return next;
  if (next < end) return maySpeak(frames, next, end) || !guards.has('silent-rest') ? next : end;
  if (!guards.has('late-speech')) return next;
  const late = findLateSpeech(frames, last.end, end);
  // Words without length end where they begin: the job goes on all the same.
  return late !== null && late >= start + SHORTEST_WINDOW ? late : next;
}
