/** Runs the window's single-key commands. Export and Copy press their button, if the view has one. */
import { useEffect } from 'react';
import { commandForKey } from './keyboard.js';
import type { Command } from './keyboard.js';
import { browse, cancelActiveJob } from './stores/actions.js';
import { select, selectedJobId, useJobs } from './stores/jobs.js';
import { useUi } from './stores/ui.js';
import { isTypingTarget } from './typing.js';

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
  const position = marked?.jobId === jobId ? segments.findIndex(({ index }) => index === marked.index) : -1;
  const next = segments[position < 0 ? 0 : position + step];
  if (next !== undefined) useUi.setState({ marked: { jobId, index: next.index, isTextChosen: true } });
}

function run(command: Command): void {
  switch (command) {
    case 'open':
      void browse();
      break;
    case 'new':
      select({ kind: 'start' });
      break;
    case 'export':
    case 'copy':
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
      useUi.setState({ marked: null, toast: null });
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
        metaKey: event.metaKey,
        altKey: event.altKey,
        isTyping: isTypingTarget(event.target),
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
