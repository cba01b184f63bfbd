/** The list of past transcripts, as main last told it. */
import { create } from 'zustand';
import type { LibraryEntry } from '../../shared/library.js';
import { call } from '../api.js';
import { strings } from '../strings/en.js';
import { attempt } from './actions.js';
import { select } from './jobs.js';
import { showNotice, showToast, showView } from './ui.js';

export interface LibraryState {
  readonly entries: readonly LibraryEntry[];
  readonly isLoading: boolean;
}

export const useLibrary = create<LibraryState>()(() => ({ entries: [], isLoading: true }));

/** Counts the questions, so that a late answer to an old one is not shown. */
let asked = 0;

export function listLibrary(query: string | null): Promise<void> {
  asked++;
  const mine = asked;
  return attempt(async () => {
    const entries = await call('library.list', { query });
    if (mine === asked) useLibrary.setState({ entries, isLoading: false });
  });
}

export function openFromLibrary(id: string): Promise<void> {
  return attempt(async () => {
    const reply = await call('library.open', { id });
    if (!reply.ok) {
      showNotice(reply.failure);
      return;
    }
    select({ kind: 'job', id: reply.job.id });
    showView('transcribe');
  });
}

export function deleteFromLibrary(id: string, query: string | null): Promise<void> {
  return attempt(async () => {
    const reply = await call('library.delete', { id });
    if (reply.ok) showToast(strings.library.deleted, null);
    else showNotice(reply.failure);
    await listLibrary(query);
  });
}
