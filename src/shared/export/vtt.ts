/**
 * WebVTT (https://www.w3.org/TR/webvtt1/). The surprising thing: a cue must end after it starts, so
 * one shorter than a millisecond is printed one millisecond long.
 */
import type { ShapeOptions } from '../shape.js';
import { formatClock, SAMPLE_RATE_HZ, samplesToMs } from '../time.js';
import type { Transcript } from '../transcript.js';
import { listCues } from './cues.js';
import type { TextCue } from './cues.js';

const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cueEnd({ start, end }: TextCue): number {
  const isInstant = samplesToMs(end) <= samplesToMs(start);
  return isInstant ? start + SAMPLES_PER_MS : end;
}

export function toVtt(transcript: Transcript, shape: ShapeOptions | null): string {
  const cues = listCues(transcript, shape).map((cue) => {
    const times = `${formatClock(cue.start, '.')} --> ${formatClock(cueEnd(cue), '.')}`;
    return `\n${times}\n${escapeMarkup(cue.text)}\n`;
  });
  return `WEBVTT\n${cues.join('')}`;
}
