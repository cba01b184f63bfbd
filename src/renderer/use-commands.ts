/** Runs the window's single-key commands. Export and Copy press their button, if the view has one. */
import { useEffect } from 'react';
import { commandForKey } from './keyboard.js';
import type { Command } from './keyboard.js';
import { browse, cancelActiveJob } from './stores/actions.js';
import { beginEditing, redo, segmentsOf, undo } from './stores/editing.js';
import { closeFind } from './stores/find.js';
import { selectedJob, selectedJobId, useJobs } from './stores/jobs.js';
import { togglePlay } from './stores/player.js';
import { endReview, stepReview } from './stores/review.js';
import { startNew, useUi } from './stores/ui.js';
import { isFinished } from '../shared/job.js';
import { isControlTarget, isTypingTarget } from './typing.js';

function pressButton(command: Command): void {
  const button = document.querySelector<HTMLElement>(`button[data-command="${command}"]`);
  // Focused first, so that closing its menu leads back to it.
  button?.focus();
  button?.click();
}

function moveMark(step: 1 | -1): void {
  const state = useJobs.getState();
  const jobId = selectedJobId(state);
  if (jobId === null) return;
  const segments = state.transcripts[jobId]?.segments ?? [];
  const { marked } = useUi.getState();
  const position = marked?.jobId === jobId ? marked.index : -1;
  const at = position < 0 ? 0 : position + step;
  if (segments[at] === undefined) return;
  useUi.setState({ marked: { jobId, index: at } });
  // The keyboard goes with the mark: on a button it left, Enter and Space would press that and not mean the row.
  document.querySelector<HTMLElement>('.words-scroll')?.focus({ preventScroll: true });
}

/** Only where a transcript is on screen that can be edited. */
function withFinishedJob(action: (jobId: string) => void): void {
  const job = selectedJob(useJobs.getState());
  if (job !== null && isFinished(job) && useUi.getState().view === 'transcribe') action(job.id);
}

function editMarked(): void {
  withFinishedJob((jobId) => {
    const { marked } = useUi.getState();
    const segment = marked?.jobId === jobId ? segmentsOf(jobId)[marked.index] : undefined;
    if (marked !== null && segment !== undefined)
      beginEditing(jobId, marked.index, segment.text.trim().length);
  });
}

function leave(): void {
  useUi.setState({ marked: null, toast: null, isSidebarOpen: false });
  closeFind();
  endReview();
}

function run(command: Command): void {
  switch (command) {
    case 'open':
      void browse();
      break;
    case 'new':
      startNew();
      break;
    case 'export':
    case 'copy':
    case 'search':
      pressButton(command);
      break;
    case 'cancel':
      void cancelActiveJob();
      break;
    case 'next-segment':
      moveMark(1);
      break;
    case 'previous-segment':
      moveMark(-1);
      break;
    case 'shortcuts':
      useUi.setState({ isShortcutsOpen: true });
      break;
    case 'leave':
      leave();
      break;
    case 'play':
      togglePlay();
      break;
    case 'edit':
      editMarked();
      break;
    case 'next-doubtful':
    case 'previous-doubtful':
      withFinishedJob((jobId) => {
        stepReview(jobId, command === 'next-doubtful' ? 1 : -1);
      });
      break;
    case 'undo':
      withFinishedJob(undo);
      break;
    case 'redo':
      withFinishedJob(redo);
      break;
  }
}

export function useCommands(): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      const command = commandForKey({
        key: event.key,
        ctrlKey: event.ctrlKey,
        shiftKey: event.shiftKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        isTyping: isTypingTarget(event.target),
        isOnControl: isControlTarget(event.target),
        isModal: document.querySelector('dialog[open], :popover-open') !== null,
      });
      if (command === null) return;
      event.preventDefault();
      run(command);
    }

    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
    };
  }, []);
}
