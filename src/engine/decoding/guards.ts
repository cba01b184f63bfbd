/**
 * What keeps text out that nobody said, and what keeps text in that somebody said. All of them are always on: one is
 * left out only to measure what it does (test/eval/report), and no option of the product can do that.
 */
import { hearsSpeech } from '../voice/late-speech.js';
import type { HeardStretch } from '../voice/late-speech.js';

export const GUARDS = [
  /** loop-guard.ts */
  'loop',
  /** decode-window.ts: the gates and the echo */
  'no-speech',
  'log-probability',
  'compression',
  'prompt-echo',
  /** below: the no-speech gate is open where somebody was heard */
  'heard-speech',
  /** next-window.ts: speech that the text leaves out, and a rest without speech */
  'late-speech',
  'silent-rest',
  /** voice/silent-text.ts */
  'silent-text',
] as const;
export type Guard = (typeof GUARDS)[number];
export type Guards = ReadonlySet<Guard>;

export const ALL_GUARDS: Guards = new Set(GUARDS);

export function guardsWithout(leftOut: readonly Guard[]): Guards {
  return new Set(GUARDS.filter((guard) => !leftOut.includes(guard)));
}

/**
 * Those of the guards that act in a window. Whisper takes whole windows of speech for silence where it is unsure of
 * their words (verse, a creaky voice), and the gate would drop them. Where the detector hears somebody it stands open:
 * the window is decoded again, hotter, as any other that Whisper is unsure of.
 */
export function guardsForSound(guards: Guards, { start, end, frames }: HeardStretch): Guards {
  if (frames === null || !guards.has('heard-speech')) return guards;
  if (!hearsSpeech(frames, start, end)) return guards;
  return new Set([...guards].filter((guard) => guard !== 'no-speech'));
}
