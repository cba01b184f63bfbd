/** What the guards did to the window of a segment, or doubt about the segment. Pure. */
import type { SegmentReason } from '../../shared/transcript.js';
import { hearsSpeech } from '../voice/late-speech.js';
import type { HeardStretch } from '../voice/late-speech.js';
import { LOG_PROBABILITY_LIMIT, NO_SPEECH_LIMIT } from './decode-window.js';
import type { WindowResult } from './decode-window.js';

const FAULT_REASONS = {
  loop: 'loop-cut',
  'compression-ratio': 'compression',
  'log-probability': 'low-probability',
  'prompt-echo': 'prompt-echo',
} as const;

/** In the order of SEGMENT_REASONS; empty when the first attempt was good. */
export function listReasons(
  result: Pick<
    WindowResult,
    'attempts' | 'fault' | 'noSpeechProbability' | 'averageLogProbability' | 'isFallback'
  >,
  sound: HeardStretch,
): readonly SegmentReason[] {
  return [
    ...(result.attempts > 1 ? (['retried'] as const) : []),
    ...(result.fault === null ? [] : [FAULT_REASONS[result.fault]]),
    ...(isDoubtful(result, sound) ? (['no-speech'] as const) : []),
    ...(result.isFallback ? (['device-fallback'] as const) : []),
  ];
}

/**
 * Kept although the window may be silent, because its text is probable. Whisper takes whole windows of good speech for
 * silent ones, so that its word alone marks nothing: where the detector hears a word's length of speech in the segment
 * there is no doubt, and without a detector there is none about a text that is far from the gate's limit.
 */
function isDoubtful(
  { noSpeechProbability, averageLogProbability }: Parameters<typeof listReasons>[0],
  { start, end, frames }: HeardStretch,
): boolean {
  if (noSpeechProbability <= NO_SPEECH_LIMIT) return false;
  if (frames === null) return averageLogProbability < LOG_PROBABILITY_LIMIT / 2;
  return !hearsSpeech(frames, start, end);
}
