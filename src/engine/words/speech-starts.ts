/**
 * Words that begin before anybody speaks: after a pause the first word of a saying takes some of the noise before it, which
 * is no quieter than the word's own beginning. In: segments with words, and what the voice detector heard. Out: the same
 * with later starts. Ends stay, and so does where the next window begins. Pure.
 */
import { toSamples } from '../../shared/time.js';
import { findSpeech } from '../voice/late-speech.js';
import type { NumberedFrames } from '../voice/late-speech.js';
import { FRAME_SAMPLES } from '../voice/voice-model.js';
import type { LooseSegment } from './word-times.js';

/** What is kept before the first frame that may be speech: the detector notices it a frame or two late. */
const LEAD_SAMPLES = 2 * FRAME_SAMPLES;

export function startAtSpeech(
  segments: readonly LooseSegment[],
  heard: NumberedFrames | null,
): readonly LooseSegment[] {
  if (heard === null) return segments;
  return segments.map((segment): LooseSegment => {
    const words = segment.words?.map((word) => {
      // Null where the detector hears nothing in the word: then it does not know better.
      const speech = findSpeech(heard, word.start, word.end);
      const start = speech === null ? word.start : Math.max(word.start, speech - LEAD_SAMPLES);
      return { ...word, start: toSamples(start) };
    });
    const first = words?.[0];
    if (words === undefined || first === undefined) return segment;
    return { ...segment, start: toSamples(Math.max(segment.start, first.start)), words };
  });
}
