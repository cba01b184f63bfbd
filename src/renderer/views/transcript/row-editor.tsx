/**
 * A segment's text, being edited in its place. Saved when the typing rests and when the row is left; Enter splits
 * at the caret, Backspace at the start joins with the segment before, Esc leaves.
 *
 * The field is its own master (it is not controlled), so that its native undo works while one is in it.
 */
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import type { Segment } from '../../../shared/transcript.js';
import { joinWithPrevious, saveText, splitAt } from '../../stores/edit-actions.js';
import { endEditing, useEditing } from '../../stores/editing.js';
import { strings } from '../../strings/en.js';

/** A crash loses no more than this of what was typed. */
const REST_MS = 800;

export interface RowEditorProps {
  readonly jobId: string;
  readonly segment: Segment;
  readonly at: number;
}

export function RowEditor({ jobId, segment, at }: RowEditorProps) {
  const fieldRef = useRef<HTMLTextAreaElement>(null);
  const caret = useEditing((state) => state.active?.caret ?? 0);
  const session = useEditing((state) => state.active?.session ?? 0);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  /** Told when the row goes away, whichever way. */
  const save = useRef<() => void>(() => undefined);

  function saveNow(isLeaving: boolean): void {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
    const text = fieldRef.current?.value;
    if (text !== undefined) saveText(jobId, at, text, `${session}`, isLeaving);
  }

  useEffect(() => {
    save.current = () => {
      saveNow(false);
    };
  });
  useLayoutEffect(() => {
    const field = fieldRef.current;
    field?.focus({ preventScroll: true });
    field?.setSelectionRange(caret, caret);
    field?.scrollIntoView({ block: 'nearest' });
    return () => {
      if (timer.current === null) return;
      clearTimeout(timer.current);
      timer.current = null;
      if (field !== null) saveText(jobId, at, field.value, `${session}`, true);
    };
    // A new session is a new stay: the caret is where it was asked for.
  }, [session, caret, jobId, at]);

  function change(): void {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      save.current();
    }, REST_MS);
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>): void {
    const field = event.currentTarget;
    if (event.nativeEvent.isComposing) return;
    const isCollapsed = field.selectionStart === field.selectionEnd;
    if (event.key === 'Escape') {
      event.preventDefault();
      saveNow(true);
      endEditing();
      document.querySelector<HTMLElement>('.words-scroll')?.focus({ preventScroll: true });
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      saveNow(false);
      splitAt(jobId, at, field.selectionStart);
    } else if (event.key === 'Backspace' && isCollapsed && field.selectionStart === 0 && at > 0) {
      event.preventDefault();
      saveNow(false);
      joinWithPrevious(jobId, at);
    }
  }

  return (
    <textarea
      key={session}
      className="row-text row-editor"
      ref={fieldRef}
      rows={1}
      dir="auto"
      spellCheck={false}
      aria-label={strings.editing.text}
      data-testid="row-editor"
      defaultValue={segment.text.trim()}
      onChange={change}
      onKeyDown={press}
      onBlur={() => {
        saveNow(true);
        if (useEditing.getState().active?.session === session) endEditing();
      }}
    />
  );
}
