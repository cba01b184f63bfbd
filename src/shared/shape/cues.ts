/**
 * Atoms cut into subtitles: of all ways to cut them the cheapest (costs.ts), found by dynamic programming
 * over the places where a subtitle may end. Lines and widths are never broken but by an atom that is wider
 * than a line; the other limits are kept whenever some way to cut keeps them. Pure.
 */
import { SAMPLE_RATE_HZ } from '../time.js';
import type { Atom } from './atoms.js';
import {
  BALANCE_COST,
  BREAK_COST,
  PAUSE_COST_PER_SECOND,
  SENTENCE_INSIDE_COST,
  VIOLATION_COST,
  WORST_EXCESS,
} from './costs.js';
import type { ShapeOptions } from './options.js';

/** Atoms [from, to) and when they are shown, samples. */
export interface CueSpan {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** No subtitle goes on over a pause of this length (3 s), as in openai/whisper (utils.py, SubtitlesWriter). */
const LONGEST_PAUSE = 3 * SAMPLE_RATE_HZ;
const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;
/** The price of a subtitle, in which all other costs are told. */
const CUE_COST = 1;

/** @param limit the last sample that a subtitle may be shown at. */
export function cutCues(atoms: readonly Atom[], limit: number, options: ShapeOptions): readonly CueSpan[] {
  const costs = new Float64Array(atoms.length + 1).fill(Infinity);
  /** The subtitle that ends at each place, in the cheapest cut of all before it. */
  const last: CueSpan[] = [];
  costs[0] = 0;
  for (let from = 0; from < atoms.length; from++) {
    // Costs before a long pause cannot matter behind it; from zero on they stay exact.
    if (from > 0 && isLongPause(atoms, from)) costs[from] = 0;
    for (const candidate of growCues(atoms, from, options)) {
      const span = showCue(atoms, candidate, limit, options);
      const cost = costs[from]! + cueCost(atoms, candidate, span, options);
      if (cost >= costs[span.to]!) continue;
      costs[span.to] = cost;
      last[span.to] = span;
    }
  }
  const spans: CueSpan[] = [];
  for (let to = atoms.length; to > 0; to = spans.at(-1)!.from) spans.push(last[to]!);
  return spans.reverse();
}

interface Candidate {
  readonly from: number;
  readonly to: number;
  /** Columns, as if on one line. */
  readonly width: number;
  /** The last sample at which one of its atoms sounds. */
  readonly spoken: number;
  readonly innerCost: number;
}

/** All subtitles that may begin at `from`, shortest first; the first atom alone is always one. */
function* growCues(atoms: readonly Atom[], from: number, options: ShapeOptions): Generator<Candidate> {
  const { maxLineWidth, maxLineCount, maxDurationMs } = options;
  const first = atoms[from]!;
  const latest = first.start + maxDurationMs * SAMPLES_PER_MS;
  let { width, end: spoken } = first;
  let line = width;
  let lines = 1;
  let innerCost = 0;
  yield { from, to: from + 1, width, spoken, innerCost };
  for (let next = from + 1; next < atoms.length; next++) {
    const before = atoms[next - 1]!;
    const atom = atoms[next]!;
    spoken = Math.max(spoken, atom.end);
    if (spoken > latest || isLongPause(atoms, next)) return;
    line += before.space + atom.width;
    if (line > maxLineWidth) {
      line = atom.width;
      lines++;
      if (lines > maxLineCount) return;
    }
    width += before.space + atom.width;
    innerCost += insideCost(before, atom);
    yield { from, to: next + 1, width, spoken, innerCost };
  }
}

function isLongPause(atoms: readonly Atom[], next: number): boolean {
  return atoms[next]!.start - atoms[next - 1]!.end >= LONGEST_PAUSE;
}

function insideCost(before: Atom, after: Atom): number {
  const pause = Math.max(0, after.start - before.end) / SAMPLE_RATE_HZ;
  return pause * PAUSE_COST_PER_SECOND + (before.breakAfter === 'sentence' ? SENTENCE_INSIDE_COST : 0);
}

/**
 * When a subtitle is shown: from its first sound, and past its last one as long as reading takes and the
 * next subtitle leaves room.
 */
function showCue(
  atoms: readonly Atom[],
  { from, to, width, spoken }: Candidate,
  limit: number,
  options: ShapeOptions,
): CueSpan {
  const { start } = atoms[from]!;
  const readingMs = (width * 1000) / options.maxCharactersPerSecond;
  const wanted = start + Math.ceil(Math.max(options.minDurationMs, readingMs) * SAMPLES_PER_MS);
  const longest = start + options.maxDurationMs * SAMPLES_PER_MS;
  const room = to < atoms.length ? roomBefore(atoms[to]!.start, start, spoken, options) : Infinity;
  const end = Math.min(Math.max(spoken, wanted), longest, limit, room);
  return { from, to, start, end: Math.max(start, end) };
}

/** The last sample before the next subtitle: with the gap between, unless that would leave nothing. */
function roomBefore(next: number, start: number, spoken: number, options: ShapeOptions): number {
  const room = next - options.minGapMs * SAMPLES_PER_MS;
  return room > start ? room : Math.min(next, spoken);
}

function cueCost(
  atoms: readonly Atom[],
  { to, width, innerCost }: Candidate,
  { start, end }: CueSpan,
  options: ShapeOptions,
): number {
  const seconds = (end - start) / SAMPLE_RATE_HZ;
  const fill = width / (options.maxLineWidth * options.maxLineCount);
  return (
    CUE_COST +
    innerCost +
    BALANCE_COST * fill * fill +
    BREAK_COST[atoms[to - 1]!.breakAfter] +
    violationCost(width / options.maxCharactersPerSecond, seconds) +
    violationCost(options.minDurationMs / 1000, seconds)
  );
}

/** For showing so many seconds what needs more. */
function violationCost(needed: number, seconds: number): number {
  if (seconds >= needed) return 0;
  return VIOLATION_COST * (1 + Math.min(WORST_EXCESS, needed / Math.max(seconds, 1e-3) - 1));
}
