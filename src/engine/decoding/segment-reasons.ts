/** What the guards did to the window of a segment, or doubt about it. Pure. */
import type { SegmentReason } from '../../shared/transcript.js';
import { NO_SPEECH_LIMIT } from './decode-window.js';
import type { WindowResult } from './decode-window.js';

const FAULT_REASONS = {
  loop: 'loop-cut',
  'compression-ratio': 'compression',
  'log-probability': 'low-probability',
  'prompt-echo': 'prompt-echo',
} as const;

/** In the order of SEGMENT_REASONS; empty when the first attempt was good. */
export function listReasons(
  result: Pick<WindowResult, 'attempts' | 'fault' | 'noSpeechProbability' | 'isFallback'>,
): readonly SegmentReason[] {
  return [
    ...(result.attempts > 1 ? (['retried'] as const) : []),
    ...(result.fault === null ? [] : [FAULT_REASONS[result.fault]]),
    // Kept although the window may be silent, because its text is probable.
    ...(result.noSpeechProbability > NO_SPEECH_LIMIT ? (['no-speech'] as const) : []),
    ...(result.isFallback ? (['device-fallback'] as const) : []),
  ];
}
