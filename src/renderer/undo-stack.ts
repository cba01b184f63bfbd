/**
 * What can be undone and done again, as the edits themselves. Typing in one segment is one step, however often it
 * was saved on the way. Pure.
 */
import { invertEdit, redoEdit } from '../shared/edit/edit.js';
import type { Edit } from '../shared/edit/edit.js';

export interface UndoStacks {
  readonly undo: readonly Edit[];
  readonly redo: readonly Edit[];
  /** Names what the newest step belongs to; edits of the same name grow it. */
  readonly group: string | null;
}

export const EMPTY_STACKS: UndoStacks = { undo: [], redo: [], group: null };

/** Steps beyond this are forgotten, oldest first. */
const MAX_STEPS = 500;

/** One edit for two that follow each other on the same single segment, or null. */
function joinEdits(first: Edit, second: Edit): Edit | null {
  const [a, b] = [first.splices[0], second.splices[0]];
  const isOne = first.splices.length === 1 && second.splices.length === 1;
  if (!isOne || a?.at !== b?.at || a === undefined || b === undefined) return null;
  if (a.inserted.length !== 1 || b.removed.length !== 1) return null;
  return { label: second.label, splices: [{ at: a.at, removed: a.removed, inserted: b.inserted }] };
}

export function pushEdit(stacks: UndoStacks, edit: Edit, group: string | null): UndoStacks {
  const last = stacks.undo.at(-1);
  const joined =
    group !== null && group === stacks.group && last !== undefined ? joinEdits(last, edit) : null;
  const undo = joined === null ? [...stacks.undo, edit] : [...stacks.undo.slice(0, -1), joined];
  return { undo: undo.slice(-MAX_STEPS), redo: [], group };
}

export interface Step {
  /** To be applied and sent. */
  readonly edit: Edit;
  readonly stacks: UndoStacks;
}

export function stepBack({ undo, redo }: UndoStacks): Step | null {
  const last = undo.at(-1);
  if (last === undefined) return null;
  return {
    edit: invertEdit(last, 'undo'),
    stacks: { undo: undo.slice(0, -1), redo: [...redo, last], group: null },
  };
}

export function stepForward({ undo, redo }: UndoStacks): Step | null {
  const next = redo.at(-1);
  if (next === undefined) return null;
  return {
    edit: redoEdit(next),
    stacks: { undo: [...undo, next], redo: redo.slice(0, -1), group: null },
  };
}
