/**
 * A transcript as a row of atoms: pieces of text that are never broken, each with its time and with the
 * kind of place that follows it. Pure.
 */
import { SAMPLE_RATE_HZ } from '../time.js';
import type { Segment } from '../transcript.js';
import { findBreakKind, splitRun } from './breaks.js';
import type { BreakKind } from './breaks.js';
import { countColumns } from './columns.js';

export interface Atom {
  /** Without white space. */
  readonly text: string;
  /** Columns. */
  readonly width: number;
  /** Columns between this atom and the next on one line: 1 for a space, 0 within a run of Chinese. */
  readonly space: 0 | 1;
  /** Samples; starts never go back, and no atom ends before it starts or after the source. */
  readonly start: number;
  readonly end: number;
  readonly breakAfter: BreakKind;
}

export type TimedSegment = Pick<Segment, 'text' | 'start' | 'end' | 'words'>;

/** A pause of this length (0.3 s) between two words is as good a place as a comma. */
const PAUSE = 0.3 * SAMPLE_RATE_HZ;

/** Part of a segment's text, UTF-16 offsets, whose time is known; within it time runs evenly. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** @param limit the last sample of the source; null when unknown. */
export function listAtoms(segments: readonly TimedSegment[], limit: number | null): readonly Atom[] {
  const pieces = segments.flatMap(splitSegment);
  let now = 0;
  return pieces.map((piece, index): Atom => {
    const next = pieces[index + 1];
    const start = Math.max(now, Math.min(piece.start, limit ?? piece.start));
    const end = Math.max(start, Math.min(piece.end, limit ?? piece.end));
    now = start;
    return {
      text: piece.text,
      width: countColumns(piece.text),
      space: piece.space,
      start,
      end,
      breakAfter: next === undefined ? 'sentence' : chooseBreak(piece, next),
    };
  });
}

interface Piece extends Pick<Atom, 'text' | 'space' | 'start' | 'end'> {
  readonly isLastOfSegment: boolean;
}

function chooseBreak(piece: Piece, next: Piece): BreakKind {
  const kind = findBreakKind(piece.text, next.text);
  if (kind !== 'word') return kind;
  if (next.start - piece.end >= PAUSE) return 'clause';
  return piece.isLastOfSegment ? 'segment' : 'word';
}

function splitSegment(segment: TimedSegment): readonly Piece[] {
  const spans = findSpans(segment);
  const pieces: Piece[] = [];
  let at = 0;
  const runs = [...segment.text.matchAll(/\S+/g)];
  for (const [runIndex, { 0: run, index }] of runs.entries()) {
    let from = index;
    const parts = splitRun(run);
    for (const [partIndex, text] of parts.entries()) {
      while (at + 1 < spans.length && spans[at]!.to <= from) at++;
      const to = from + text.length;
      const isLastPart = partIndex + 1 === parts.length;
      pieces.push({
        text,
        space: isLastPart ? 1 : 0,
        start: timeAt(spans[at]!, from),
        end: timeAt(findLastSpan(spans, at, to), to),
        isLastOfSegment: isLastPart && runIndex + 1 === runs.length,
      });
      from = to;
    }
  }
  return pieces;
}

/** The words' own times; without them, or when they are not those of the text, the segment's. */
function findSpans({ text, start, end, words = [] }: TimedSegment): readonly Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const word of words) {
    const to = from + word.text.length;
    if (word.text !== '') {
      // The space before a word belongs to no time: without it words of one letter would start late.
      const blank = word.text.length - word.text.trimStart().length;
      const time = { start: word.start, end: word.end };
      if (blank > 0) spans.push({ from, to: from + blank, start: word.start, end: word.start });
      if (blank < word.text.length) spans.push({ from: from + blank, to, ...time });
    }
    from = to;
  }
  const isText = spans.length > 0 && words.map((word) => word.text).join('') === text;
  if (isText) return spans;
  const blank = text.length - text.trimStart().length;
  return [{ from: blank, to: text.trimEnd().length, start, end }];
}

function findLastSpan(spans: readonly Span[], at: number, to: number): Span {
  let last = at;
  while (last + 1 < spans.length && spans[last]!.to < to) last++;
  return spans[last]!;
}

function timeAt({ from, to, start, end }: Span, offset: number): number {
  return Math.round(start + ((end - start) * (offset - from)) / Math.max(1, to - from));
}
