/** What a person does to the text of a transcript; the edits themselves are built by shared/edit. */
import {
  editText,
  mergeWithNext,
  nameSpeakerAt,
  replacePlaces,
  splitSegment,
} from '../../shared/edit/builders.js';
import type { Match } from '../find.js';
import { strings } from '../strings/en.js';
import { beginEditing, makeEdit, segmentsOf } from './editing.js';
import { showToast } from './ui.js';

/** Saves what was typed. An empty field deletes the segment only when it is left. */
export function saveText(jobId: string, at: number, text: string, session: string, isLeaving: boolean): void {
  if (text.trim() === '' && !isLeaving) return;
  makeEdit(jobId, editText(segmentsOf(jobId), at, text), `text ${session}`);
}

/** `caret` is in the trimmed text, as the field shows it. The second half is then edited. */
export function splitAt(jobId: string, at: number, caret: number): void {
  const segments = segmentsOf(jobId);
  const text = segments[at]?.text ?? '';
  const edit = splitSegment(segments, at, caret + text.length - text.trimStart().length);
  if (edit === null) return;
  makeEdit(jobId, edit);
  beginEditing(jobId, at + 1, 0);
}

export function joinWithPrevious(jobId: string, at: number): void {
  const segments = segmentsOf(jobId);
  const caret = segments[at - 1]?.text.trim().length ?? 0;
  const edit = mergeWithNext(segments, at - 1);
  if (edit === null) return;
  makeEdit(jobId, edit);
  beginEditing(jobId, at - 1, caret);
}

export function replaceMatches(jobId: string, matches: readonly Match[], replacement: string): void {
  const edit = replacePlaces(segmentsOf(jobId), matches, replacement);
  if (edit === null) return;
  makeEdit(jobId, edit);
  showToast(strings.find.replaced(matches.length), null);
}

export function nameSpeaker(jobId: string, at: number, speaker: string): void {
  makeEdit(jobId, nameSpeakerAt(segmentsOf(jobId), at, speaker));
}
