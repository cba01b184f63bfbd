/**
 * Changes to transcripts: applied here at once, sent to main one after the other, and kept to be undone. When main
 * refuses one (the transcript has changed there), nothing is lost there: this page asks for the text again.
 */
import { create } from 'zustand';
import { applyEdit } from '../../shared/edit/edit.js';
import type { Edit } from '../../shared/edit/edit.js';
import { toFailure } from '../../shared/errors.js';
import type { Segment } from '../../shared/transcript.js';
import { call } from '../api.js';
import { EMPTY_ENTRY } from '../transcript-entry.js';
import { EMPTY_STACKS, pushEdit, stepBack, stepForward } from '../undo-stack.js';
import type { Step, UndoStacks } from '../undo-stack.js';
import { changeEntry, useJobs } from './jobs.js';
import { showNotice, useUi } from './ui.js';

export interface ActiveEditor {
  readonly jobId: string;
  /** Position of the segment. */
  readonly at: number;
  /** Where the caret is put, in the trimmed text. */
  readonly caret: number;
  /** Tells one stay in a row from the next, for undo. */
  readonly session: number;
}

export interface EditingState {
  readonly stacks: Readonly<Record<string, UndoStacks>>;
  readonly active: ActiveEditor | null;
  /** The segment whose speaker is being named. */
  readonly naming: { readonly jobId: string; readonly at: number } | null;
  /** Edits that main has not answered yet. */
  readonly unsaved: number;
}

export const useEditing = create<EditingState>()(() => ({
  stacks: {},
  active: null,
  naming: null,
  unsaved: 0,
}));

let sending: Promise<unknown> = Promise.resolve();
let sessions = 0;

export function segmentsOf(jobId: string): readonly Segment[] {
  return (useJobs.getState().transcripts[jobId] ?? EMPTY_ENTRY).segments;
}

export function stacksOf(jobId: string): UndoStacks {
  return useEditing.getState().stacks[jobId] ?? EMPTY_STACKS;
}

function setStacks(jobId: string, stacks: UndoStacks): void {
  useEditing.setState((state) => ({ stacks: { ...state.stacks, [jobId]: stacks } }));
}

/** What was shown was not what main has: forget what builds on it, and ask. */
function startOver(jobId: string): void {
  setStacks(jobId, EMPTY_STACKS);
  changeEntry(jobId, (entry) => ({ ...entry, isStale: true, fetchedAtCount: null }));
}

async function send(jobId: string, revision: number, edit: Edit): Promise<void> {
  try {
    const reply = await call('jobs.edit', { id: jobId, revision, edit });
    if (reply.ok) return;
    showNotice(reply.failure);
  } catch (error) {
    showNotice(toFailure(error));
  }
  startOver(jobId);
}

function apply(jobId: string, edit: Edit): boolean {
  const entry = useJobs.getState().transcripts[jobId] ?? EMPTY_ENTRY;
  const segments = applyEdit(entry.segments, edit);
  if (segments === null) return false;
  const { revision } = entry;
  changeEntry(jobId, (known) => ({ ...known, segments, revision: revision + 1 }));
  useEditing.setState((state) => ({ unsaved: state.unsaved + 1 }));
  sending = sending
    .then(() => send(jobId, revision, edit))
    .finally(() => {
      useEditing.setState((state) => ({ unsaved: state.unsaved - 1 }));
    });
  return true;
}

/** Applies an edit that a builder made; null (nothing to change) is no edit. `group` see UndoStacks. */
export function makeEdit(jobId: string, edit: Edit | null, group: string | null = null): void {
  if (edit === null || edit.splices.length === 0) return;
  if (apply(jobId, edit)) setStacks(jobId, pushEdit(stacksOf(jobId), edit, group));
}

function takeStep(jobId: string, step: Step | null): void {
  if (step === null) return;
  if (!apply(jobId, step.edit)) return;
  setStacks(jobId, step.stacks);
  const at = step.edit.splices[0]?.at;
  if (at !== undefined) useUi.setState({ marked: { jobId, index: at } });
}

export function undo(jobId: string): void {
  takeStep(jobId, stepBack(stacksOf(jobId)));
}

export function redo(jobId: string): void {
  takeStep(jobId, stepForward(stacksOf(jobId)));
}

export function beginEditing(jobId: string, at: number, caret: number): void {
  sessions++;
  useUi.setState({ marked: { jobId, index: at } });
  useEditing.setState({ active: { jobId, at, caret, session: sessions } });
}

/** The row's editor leaves; the mark stays, so that J and K go on from there. */
export function endEditing(): void {
  useEditing.setState({ active: null });
}

export function beginNaming(jobId: string, at: number): void {
  useEditing.setState({ naming: { jobId, at } });
}

export function endNaming(): void {
  useEditing.setState({ naming: null });
}

/** An edit that main made (a stretch transcribed again), or an echo of one that this page sent. */
export function receiveEdit(jobId: string, revision: number, edit: Edit): void {
  const entry = useJobs.getState().transcripts[jobId];
  if (entry === undefined || revision <= entry.revision) return;
  const segments = revision === entry.revision + 1 ? applyEdit(entry.segments, edit) : null;
  if (segments === null) {
    startOver(jobId);
    return;
  }
  setStacks(jobId, pushEdit(stacksOf(jobId), edit, null));
  // What was skipped is covered now: the spans are asked for anew with the segments.
  changeEntry(jobId, (known) => ({ ...known, segments, revision, isStale: true, fetchedAtCount: null }));
}
