/**
 * What a person does to a transcript, as edits. Each builder gives null when there is nothing to change, so that
 * nothing is saved and nothing can be undone. Offsets are UTF-16 code units of the segment's text as it is kept,
 * with its leading space. Pure.
 */
import { toSamples } from '../time.js';
import type { Segment } from '../transcript.js';
import type { Edit, EditLabel, Splice } from './edit.js';
import { retimeWords } from './words.js';

function oneSplice(label: EditLabel, at: number, removed: Segment[], inserted: Segment[]): Edit {
  return { label, splices: [{ at, removed, inserted }] };
}

function withText(segment: Segment, text: string): Segment {
  const { words } = segment;
  const changed: Segment = { ...segment, text, tokens: [], isEdited: true };
  return words === undefined ? changed : { ...changed, words: retimeWords(words, text, segment) };
}

function leadingSpace(text: string): string {
  return text.slice(0, text.length - text.trimStart().length);
}

/** @param text what is to stand there, without the space around it; empty deletes the segment. */
export function editText(segments: readonly Segment[], at: number, text: string): Edit | null {
  const segment = segments[at];
  if (segment === undefined) return null;
  const plain = text.replaceAll(/\s*\n\s*/gu, ' ').trim();
  if (plain === segment.text.trim()) return null;
  if (plain === '') return deleteSegment(segments, at);
  return oneSplice('text', at, [segment], [withText(segment, leadingSpace(segment.text) + plain)]);
}

export function deleteSegment(segments: readonly Segment[], at: number): Edit | null {
  const segment = segments[at];
  return segment === undefined ? null : oneSplice('delete', at, [segment], []);
}

/** Where in time an offset of the text is: at the word there, or by the share of the text. */
function timeAt({ text, start, end, words = [] }: Segment, offset: number): number {
  let passed = 0;
  for (const word of words) {
    const length = word.text.length;
    if (offset <= passed) return word.start;
    if (offset < passed + length) {
      return Math.round(word.start + ((word.end - word.start) * (offset - passed)) / length);
    }
    passed += length;
  }
  return words.length > 0 ? end : Math.round(start + ((end - start) * offset) / Math.max(1, text.length));
}

/** Two segments of one; null where one of them would be empty. */
export function splitSegment(segments: readonly Segment[], at: number, offset: number): Edit | null {
  const segment = segments[at];
  if (segment === undefined) return null;
  // The space at the place belongs to the words after it.
  const cut = segment.text.slice(0, offset).trimEnd().length;
  const [before, after] = [segment.text.slice(0, cut), segment.text.slice(cut)];
  if (before.trim() === '' || after.trim() === '') return null;
  const time = toSamples(Math.min(segment.end, Math.max(segment.start, timeAt(segment, cut))));
  const words = segment.words?.flatMap((word, position, all) => {
    const from = all.slice(0, position).reduce((sum, { text }) => sum + text.length, 0);
    const inside = cut - from;
    if (inside <= 0 || inside >= word.text.length) return [{ word, isBefore: inside > 0 }];
    return [
      { word: { ...word, text: word.text.slice(0, inside), end: time }, isBefore: true },
      { word: { ...word, text: word.text.slice(inside), start: time }, isBefore: false },
    ];
  });
  const half = (isBefore: boolean, text: string): Segment => {
    const bounds = isBefore ? { end: time } : { start: time };
    const changed: Segment = { ...segment, ...bounds, text, tokens: [], isEdited: true };
    if (words === undefined) return changed;
    return { ...changed, words: words.filter((one) => one.isBefore === isBefore).map(({ word }) => word) };
  };
  return oneSplice('split', at, [segment], [half(true, before), half(false, after)]);
}

/** The segment and the one after it become one. */
export function mergeWithNext(segments: readonly Segment[], at: number): Edit | null {
  const [first, second] = [segments[at], segments[at + 1]];
  if (first === undefined || second === undefined) return null;
  const { words, reasons, ...rest } = first;
  const merged: Segment = {
    ...rest,
    end: toSamples(Math.max(first.end, second.end)),
    text: first.text + second.text,
    tokens: [],
    isEdited: true,
    // Words of one half alone would not be the text.
    ...(words === undefined || second.words === undefined ? {} : { words: [...words, ...second.words] }),
    ...(reasons === undefined && second.reasons === undefined
      ? {}
      : { reasons: [...new Set([...(reasons ?? []), ...(second.reasons ?? [])])] }),
  };
  return oneSplice('merge', at, [first, second], [merged]);
}

export interface Place {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** By their segment, in order. */
export function groupPlaces<P extends Place>(places: readonly P[]): ReadonlyMap<number, readonly P[]> {
  const groups = new Map<number, P[]>();
  for (const place of places) {
    const group = groups.get(place.at);
    if (group === undefined) groups.set(place.at, [place]);
    else group.push(place);
  }
  return groups;
}

/** @param places in order, not overlapping. */
export function replacePlaces(
  segments: readonly Segment[],
  places: readonly Place[],
  replacement: string,
): Edit | null {
  const splices: Splice[] = [];
  for (const [at, found] of groupPlaces(places)) {
    const segment = segments[at];
    if (segment === undefined) continue;
    // From the last on, so that the offsets before it stay right, and one by one, so that words between keep their times.
    const replaced = found.toReversed().reduce((text, { from, to }) => {
      return withText(text, text.text.slice(0, from) + replacement + text.text.slice(to));
    }, segment);
    if (replaced.text === segment.text) continue;
    splices.push({ at, removed: [segment], inserted: replaced.text.trim() === '' ? [] : [replaced] });
  }
  return splices.length === 0 ? null : { label: 'replace', splices };
}

/** @param speaker empty for nobody. */
export function nameSpeakerAt(segments: readonly Segment[], at: number, speaker: string): Edit | null {
  const segment = segments[at];
  if (segment === undefined || (segment.speaker ?? '') === speaker) return null;
  const { speaker: before, ...rest } = segment;
  const label = 'speaker';
  if (speaker !== '') return oneSplice(label, at, [segment], [{ ...segment, speaker }]);
  return before === undefined ? null : oneSplice(label, at, [segment], [rest]);
}
