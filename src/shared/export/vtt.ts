/**
 * WebVTT (https://www.w3.org/TR/webvtt1/). The surprising thing: a cue must end after it starts, so
 * a segment shorter than a millisecond is printed one millisecond long.
 */
import { formatClock, SAMPLE_RATE_HZ, samplesToMs } from '../time.js';
import type { Segment, Transcript } from '../transcript.js';
import { spokenSegments, toCueText } from './lines.js';

const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cueEnd(segment: Segment): number {
  const isInstant = samplesToMs(segment.end) <= samplesToMs(segment.start);
  return isInstant ? segment.start + SAMPLES_PER_MS : segment.end;
}

export function toVtt(transcript: Transcript): string {
  const cues = spokenSegments(transcript.segments).map((segment) => {
    const times = `${formatClock(segment.start, '.')} --> ${formatClock(cueEnd(segment), '.')}`;
    return `\n${times}\n${escapeMarkup(toCueText(segment.text))}\n`;
  });
  return `WEBVTT\n${cues.join('')}`;
}
