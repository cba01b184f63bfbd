/** A stretch transcribed again, as an edit: what was said to be there goes, what was found comes. Pure. */
import type { Samples } from '../time.js';
import type { Segment } from '../transcript.js';
import type { Edit } from './edit.js';
import { isSameSegment } from './edit.js';

export interface Stretch {
  readonly start: Samples;
  readonly end: Samples;
}

/** Null when nothing changes. A segment belongs to the stretch that holds its middle. */
export function editSpan(
  segments: readonly Segment[],
  { start, end }: Stretch,
  found: readonly Segment[],
): Edit | null {
  const middles = segments.map((segment) => (segment.start + segment.end) / 2);
  const first = middles.findIndex((middle) => middle >= start);
  const at = first === -1 ? segments.length : first;
  const after = middles.findIndex((middle, index) => index >= at && middle >= end);
  const removed = segments.slice(at, after === -1 ? segments.length : after);
  const inserted = [...found];
  const isSame =
    removed.length === inserted.length &&
    removed.every((segment, index) => isSameSegment(segment, inserted[index]!));
  return isSame ? null : { label: 'span', splices: [{ at, removed, inserted }] };
}
