/**
 * One subtitle's atoms on lines: as few lines as hold them, broken at the best place near the middle. Pure.
 */
import type { Atom } from './atoms.js';
import { BREAK_COST } from './costs.js';

/** Columns of atoms [from, to) on one line. */
export function lineWidth(atoms: readonly Atom[], from: number, to: number): number {
  let width = 0;
  for (let i = from; i < to; i++) width += atoms[i]!.width + (i + 1 < to ? atoms[i]!.space : 0);
  return width;
}

/** Text of atoms [from, to) on one line. */
export function lineText(atoms: readonly Atom[], from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) {
    text += atoms[i]!.text;
    if (i + 1 < to && atoms[i]!.space === 1) text += ' ';
  }
  return text;
}

/** The fewest lines of `maxWidth` columns that hold the atoms; one that is wider has a line of its own. */
export function countLines(atoms: readonly Atom[], from: number, to: number, maxWidth: number): number {
  let count = 0;
  let start = from;
  while (start < to) {
    start = fillLine(atoms, start, to, maxWidth);
    count++;
  }
  return count;
}

/** @returns where the line that begins at `from` must end at the latest. */
function fillLine(atoms: readonly Atom[], from: number, to: number, maxWidth: number): number {
  let width = atoms[from]!.width;
  let end = from + 1;
  while (end < to && width + atoms[end - 1]!.space + atoms[end]!.width <= maxWidth) {
    width += atoms[end - 1]!.space + atoms[end]!.width;
    end++;
  }
  return end;
}

interface Layout {
  readonly cost: number;
  readonly lines: readonly string[];
}

/** Atoms [from, to) on the fewest lines, the cheapest way. */
export function layOutLines(
  atoms: readonly Atom[],
  from: number,
  to: number,
  maxWidth: number,
): readonly string[] {
  const count = countLines(atoms, from, to, maxWidth);
  /** Best layouts of [from, i) on as many lines as were filled so far. */
  let best = new Map<number, Layout>([[from, { cost: 0, lines: [] }]]);
  for (let line = 0; line < count; line++) {
    const next = new Map<number, Layout>();
    for (const [start, before] of best) {
      for (let end = fillLine(atoms, start, to, maxWidth); end > start; end--) {
        const cost = before.cost + lineCost(atoms, start, end, to, maxWidth);
        if (cost >= (next.get(end)?.cost ?? Infinity)) continue;
        next.set(end, { cost, lines: [...before.lines, lineText(atoms, start, end)] });
      }
    }
    best = next;
  }
  // The fewest lines reach the end: each line may be as full as it can be.
  return best.get(to)!.lines;
}

/** Squares make lines of like length cheapest. */
function lineCost(atoms: readonly Atom[], from: number, to: number, last: number, maxWidth: number): number {
  const fill = lineWidth(atoms, from, to) / maxWidth;
  return fill * fill * LINE_BALANCE_COST + (to < last ? BREAK_COST[atoms[to - 1]!.breakAfter] : 0);
}

/** Against BREAK_COST: a comma draws a break from the middle to about a third of the line. */
const LINE_BALANCE_COST = 20;
