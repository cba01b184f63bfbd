/**
 * WebVTT (https://www.w3.org/TR/webvtt1/). Where times of words are known they stand before each word as
 * cue timestamps, so that players can mark the word that is said. The surprising thing: a cue must end after it starts, so
 * one shorter than a millisecond is printed one millisecond long.
 */
import type { ShapeOptions } from '../shape.js';
import { formatClock, SAMPLE_RATE_HZ, samplesToMs } from '../time.js';
import type { Transcript } from '../transcript.js';
import { toSingleLine } from './lines.js';
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

/** `One<00:00:01.500> two`: times inside the cue, each later than the one before, as the format wants. */
function timeWords({ words, start, end }: TextCue): string {
  let latest = samplesToMs(start);
  const timed = words.map((word) => {
    const text = escapeMarkup(word.text.replaceAll(/\s+/g, ' '));
    const at = samplesToMs(word.start);
    if (at <= latest || at >= samplesToMs(end)) return text;
    latest = at;
    return `<${formatClock(word.start, '.')}>${text}`;
  });
  return toSingleLine(timed.join(''));
}

export function toVtt(transcript: Transcript, shape: ShapeOptions | null): string {
  const cues = listCues(transcript, shape).map((cue) => {
    const times = `${formatClock(cue.start, '.')} --> ${formatClock(cueEnd(cue), '.')}`;
    return `\n${times}\n${cue.words.length > 0 ? timeWords(cue) : escapeMarkup(cue.text)}\n`;
  });
  return `WEBVTT\n${cues.join('')}`;
}
