/**
 * The one operation that changes a transcript after it was decoded: at some places, these segments become
 * those. Whatever a person does (type, split, merge, delete, replace, name a speaker) and what main does
 * (a stretch transcribed again) is made into it, and so is each undo. So the journal only grows, and what the
 * window holds and what main holds stay equal by applying the same edits. Pure.
 */
import * as v from 'valibot';
import { SegmentSchema } from '../transcript.js';
import type { Segment } from '../transcript.js';

export const EDIT_LABELS = [
  'text',
  'split',
  'merge',
  'delete',
  'replace',
  'speaker',
  /** A stretch of the recording was transcribed again. */
  'span',
  'undo',
  'redo',
] as const;
export type EditLabel = (typeof EDIT_LABELS)[number];

export const SpliceSchema = v.strictObject({
  /** Position in the transcript before the edit, however many splices come before this one. */
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** What is there now; `index` is not looked at. */
  removed: v.array(SegmentSchema),
  inserted: v.array(SegmentSchema),
});
export type Splice = v.InferOutput<typeof SpliceSchema>;

export const EditSchema = v.strictObject({
  label: v.picklist(EDIT_LABELS),
  /** In order of `at`, not overlapping. */
  splices: v.pipe(v.array(SpliceSchema), v.maxLength(100_000)),
});
export type Edit = v.InferOutput<typeof EditSchema>;

/** The segments after the edit, numbered anew; null when `removed` is not what is there, so nothing fits. */
export function applyEdit(segments: readonly Segment[], edit: Edit): Segment[] | null {
  const result: Segment[] = [];
  let next = 0;
  for (const { at, removed, inserted } of edit.splices) {
    if (at < next || at + removed.length > segments.length) return null;
    if (!removed.every((segment, offset) => isSameSegment(segment, segments[at + offset]!))) return null;
    for (; next < at; next++) result.push(segments[next]!);
    result.push(...inserted);
    next = at + removed.length;
  }
  for (; next < segments.length; next++) result.push(segments[next]!);
  return renumber(result);
}

/** The edit that takes this one back. */
export function invertEdit(edit: Edit, label: EditLabel = 'undo'): Edit {
  let shift = 0;
  const splices = edit.splices.map(({ at, removed, inserted }) => {
    const splice = { at: at + shift, removed: inserted, inserted: removed };
    shift += inserted.length - removed.length;
    return splice;
  });
  return { label, splices };
}

/** The same edit with another label: what was undone is done again. */
export function redoEdit(edit: Edit): Edit {
  return { ...edit, label: 'redo' };
}

/** `index` is the position; the object is kept where it is right already. */
export function renumber(segments: readonly Segment[]): Segment[] {
  return segments.map((segment, index) => (segment.index === index ? segment : { ...segment, index }));
}

/** Equal in all but the position. */
export function isSameSegment(a: Segment, b: Segment): boolean {
  return a === b || isSameValue({ ...a, index: 0 }, { ...b, index: 0 });
}

/** For what JSON can hold: the order of keys does not matter. */
function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  if (left.length !== right.size) return false;
  return left.every(([key, value]) => right.has(key) && isSameValue(value, right.get(key)));
}
