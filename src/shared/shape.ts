/**
 * Subtitles from a transcript: segments in, cues out that keep the limits of ShapeOptions. Times of words
 * are used where a segment has them; elsewhere time runs evenly over a segment's characters. Pure.
 *
 * Every character of the text is in exactly one cue, in order; only white space is changed. A line is too
 * wide only when it is a single piece that cannot be broken; text is shown faster than asked for only when
 * it is spoken faster and no pause follows.
 */
import { listAtoms } from './shape/atoms.js';
import type { TimedSegment } from './shape/atoms.js';
import { cutCues } from './shape/cues.js';
import { layOutLines } from './shape/lines.js';
import type { ShapeOptions } from './shape/options.js';
import { toSamples } from './time.js';
import type { Samples } from './time.js';

export { DEFAULT_SHAPE, ShapeOptionsSchema } from './shape/options.js';
export type { ShapeOptions } from './shape/options.js';

export interface Cue {
  readonly start: Samples;
  /** Never before `start`, after the next cue's start, or after the source. */
  readonly end: Samples;
  /** From top to bottom; none is empty. */
  readonly lines: readonly string[];
}

/**
 * @param segments in order of time.
 * @param duration length of the source; null when unknown: then nothing is shown past the last segment.
 */
export function shapeCues(
  segments: readonly TimedSegment[],
  duration: number | null,
  options: ShapeOptions,
): readonly Cue[] {
  const atoms = listAtoms(segments, duration);
  const limit = duration ?? atoms.reduce((latest, atom) => Math.max(latest, atom.end), 0);
  return cutCues(atoms, limit, options).map(({ from, to, start, end }) => ({
    start: toSamples(start),
    end: toSamples(end),
    lines: layOutLines(atoms, from, to, options.maxLineWidth),
  }));
}
