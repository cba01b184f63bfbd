/**
 * What makes one way to cut a text worse than another, in one unit: the price of one more subtitle. The
 * figures are ours, tuned by eye on the golden files; the order is what matters: punctuation before
 * clause before word, and every broken limit is dearer than all of these together.
 */
import type { BreakKind } from './breaks.js';

/** For a break at such a place. */
export const BREAK_COST: Readonly<Record<BreakKind, number>> = {
  sentence: 0,
  clause: 1.5,
  segment: 2,
  word: 5,
};

/** For a sentence that ends inside a subtitle: a little dearer than one more subtitle. */
export const SENTENCE_INSIDE_COST = 1.5;
/** For each second of silence inside a subtitle. */
export const PAUSE_COST_PER_SECOND = 3;
/** Times the square of how full a subtitle is: of two, both get half. */
export const BALANCE_COST = 4;
/** For a limit that is broken, more the further: dearer than all else between two long pauses together. */
export const VIOLATION_COST = 1e6;
/** A limit missed by more than this many times itself counts as so much. */
export const WORST_EXCESS = 10;
