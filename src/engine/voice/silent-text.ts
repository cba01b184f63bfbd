/**
 * Text of a window in whose sound certainly nobody speaks: Whisper fills a pause with words at times. In: the segments of
 * a window with their times, and what the voice detector heard. Out: the segments that are kept, and where the others
 * were, which can be transcribed on demand as all that was skipped. Pure.
 *
 * The detector is believed only in a window in which it hears speech elsewhere: it is deaf to some voices (a falsetto,
 * a creaky one), and then all of the window is without speech to it. Times of segments are not exact: no frame half a
 * second around may be in doubt.
 */
import { toSamples } from '../../shared/time.js';
import type { Span } from '../../shared/span.js';
import { hearsSpeech, maySpeak, sliceFrames } from './late-speech.js';
import type { NumberedFrames } from './late-speech.js';
import { CAUTIOUS, gapKind } from './spans.js';

interface Timed {
  readonly start: number;
  readonly end: number;
}

export interface HeardText<Segment> {
  readonly kept: readonly Segment[];
  /** In order. */
  readonly skipped: readonly Span[];
}

export function skipSilentText<Segment extends Timed>(
  segments: readonly Segment[],
  window: Timed,
  heard: NumberedFrames | null,
): HeardText<Segment> {
  if (heard === null || !hearsSpeech(heard, window.start, window.end)) {
    return { kept: segments, skipped: [] };
  }
  const isSilent = ({ start, end }: Timed): boolean =>
    end > start && !maySpeak(heard, start - CAUTIOUS.padding, end + CAUTIOUS.padding);
  return {
    kept: segments.filter((segment) => !isSilent(segment)),
    skipped: segments.filter(isSilent).map(({ start, end }) => ({
      kind: gapKind(sliceFrames(heard, start, end)),
      start: toSamples(start),
      end: toSamples(end),
    })),
  };
}
