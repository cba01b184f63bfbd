/**
 * What keeps text out that nobody said. All of them are always on: one is left out only to measure what it does
 * (test/eval/report), and no option of the product can do that.
 */
export const GUARDS = [
  /** loop-guard.ts */
  'loop',
  /** decode-window.ts: the gates and the echo */
  'no-speech',
  'log-probability',
  'compression',
  'prompt-echo',
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
