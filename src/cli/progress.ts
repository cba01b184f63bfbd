/**
 * The lines a person sees: job in, text out, nothing printed here. Names and text are made safe for a
 * terminal, since both may hold control characters.
 */
import { estimateRemainingMs, jobProgress } from '../shared/job.js';
import type { Job } from '../shared/job.js';
import { LANGUAGES } from '../shared/languages.js';
import { formatClock, formatDuration, SAMPLE_RATE_HZ, samplesToMs } from '../shared/time.js';
import type { Segment } from '../shared/transcript.js';

const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
}

/** A name on one line that cannot steer the terminal: a newline shows as \x0a. */
export function toPrintableName(name: string): string {
  return name.replace(CONTROLS, escapeCharacter);
}

/** `00:04.000`, with hours in front when there are any, as openai/whisper prints times. */
function formatShortClock(samples: number): string {
  const clock = formatClock(samples, '.');
  return clock.startsWith('00:') ? clock.slice('00:'.length) : clock;
}

/** `[00:00.000 --> 00:04.000]  And so, my fellow Americans,` or null when there is no text. */
export function formatSegmentLine(segment: Segment): string | null {
  const text = segment.text.replace(CONTROLS, ' ').replace(/\s+/g, ' ').trim();
  if (text === '') return null;
  return `[${formatShortClock(segment.start)} --> ${formatShortClock(segment.end)}]  ${text}`;
}

/** Sound done in one unit of wall time, or null before anything is done. */
function formatSpeed(samples: number, elapsedMs: number): string | null {
  if (samples === 0 || elapsedMs <= 0) return null;
  return `${(samplesToMs(samples) / elapsedMs).toFixed(1)}x real time`;
}

function formatMs(ms: number): string {
  return formatDuration((ms * SAMPLE_RATE_HZ) / 1000);
}

/** ` 43 %  3.2x real time  0:41 left`: only what is known. */
export function formatProgressLine(job: Job): string {
  const progress = jobProgress(job);
  const remainingMs = estimateRemainingMs(job);
  const parts = [
    progress === null
      ? `${formatDuration(job.processed)} done`
      : `${Math.floor(progress * 100)} %`.padStart(5),
    formatSpeed(job.processed, job.elapsedMs),
    remainingMs === null ? null : `${formatMs(remainingMs)} left`,
    job.state === 'cancelling' ? 'stopping' : null,
  ];
  return parts.filter((part) => part !== null).join('  ');
}

/** `talk.mp4`, or `2/3 talk.mp4` when there are several. */
export function formatJobName(name: string, position: number, count: number): string {
  const printable = toPrintableName(name);
  return count === 1 ? printable : `${position}/${count} ${printable}`;
}

export function formatStartLine(name: string, job: Job): string {
  const duration = job.duration === null ? 'length unknown' : formatDuration(job.duration);
  return `${name}: ${job.format ?? 'unknown format'}, ${duration}; ${job.backend ?? 'unknown backend'}`;
}

/** `talk.mp4: done, 4:07 of English in 0:35 (7.1x real time)` */
export function formatEndLine(name: string, job: Job): string {
  const language = job.language === null ? 'sound' : LANGUAGES[job.language];
  const audio = `${formatDuration(job.processed)} of ${language}`;
  const totalMs = job.stats?.totalMs ?? job.elapsedMs;
  const speed = formatSpeed(job.processed, totalMs);
  const rate = speed === null ? '' : ` (${speed})`;
  return `${name}: ${job.state}, ${audio} in ${formatMs(totalMs)}${rate}`;
}
