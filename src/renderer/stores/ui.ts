/**
 * What only this window knows: the options for the next files, messages, the selected segment, what
 * is open. Nothing here outlives a reload, on purpose: main owns what must.
 */
import { create } from 'zustand';
import type { AppInfo, ModelStatus } from '../../shared/contract.js';
import type { Failure } from '../../shared/errors.js';
import { DEFAULT_OPTIONS } from '../../shared/options.js';
import type { TranscribeOptions } from '../../shared/options.js';
import type { DeviceState } from '../devices.js';
import type { View } from '../views.js';
import { select } from './jobs.js';

export interface Toast {
  readonly id: number;
  readonly text: string;
  /** The exported file that "Show in folder" leads to; null when there is none. */
  readonly revealPath: string | null;
}

export interface Notice {
  readonly id: number;
  readonly failure: Failure;
}

export interface SegmentMark {
  readonly jobId: string;
  /** Position of the segment. */
  readonly index: number;
}

export interface UiState {
  readonly view: View;
  /** Counts only where the window is narrow: there it lies over the page. */
  readonly isSidebarOpen: boolean;
  readonly npu: DeviceState | null;
  readonly options: TranscribeOptions;
  readonly app: AppInfo | null;
  readonly models: readonly ModelStatus[];
  readonly notices: readonly Notice[];
  readonly toast: Toast | null;
  readonly marked: SegmentMark | null;
  readonly isDragging: boolean;
  /** Stretches that are being transcribed again, as `retryKey` names them. */
  readonly retrying: ReadonlySet<string>;
  readonly isShortcutsOpen: boolean;
  /** The job that the export dialog is open for. */
  readonly exportingId: string | null;
  /** For screen readers: the latest finished text, and the latest change of a job. */
  readonly spokenText: string;
  readonly spokenState: string;
}

export const useUi = create<UiState>()(() => ({
  view: 'transcribe',
  isSidebarOpen: false,
  npu: null,
  options: DEFAULT_OPTIONS,
  app: null,
  models: [],
  notices: [],
  toast: null,
  marked: null,
  isDragging: false,
  retrying: new Set(),
  isShortcutsOpen: false,
  exportingId: null,
  spokenText: '',
  spokenState: '',
}));

let nextId = 1;

/** The notices after one more; one that says the same moves to the end. Pure. */
export function addNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  return [...notices.filter((known) => known.failure.message !== notice.failure.message), notice];
}

export function showNotice(failure: Failure): void {
  const notice = { id: nextId++, failure };
  useUi.setState((state) => ({ notices: addNotice(state.notices, notice) }));
}

export function dismissNotice(id: number): void {
  useUi.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
}

export function showToast(text: string, revealPath: string | null): void {
  useUi.setState({ toast: { id: nextId++, text, revealPath } });
}

export function dismissToast(id: number): void {
  useUi.setState((state) => (state.toast?.id === id ? { toast: null } : state));
}

export function retryKey(jobId: string, start: number): string {
  return `${jobId} ${start}`;
}

export function setRetrying(jobId: string, start: number, isRetrying: boolean): void {
  useUi.setState((state) => {
    const retrying = new Set(state.retrying);
    if (isRetrying) retrying.add(retryKey(jobId, start));
    else retrying.delete(retryKey(jobId, start));
    return { retrying };
  });
}

export function setOptions(change: Partial<TranscribeOptions>): void {
  useUi.setState((state) => ({ options: { ...state.options, ...change } }));
}

export function showView(view: View): void {
  useUi.setState({ view, isSidebarOpen: false });
}

export function startNew(): void {
  select({ kind: 'start' });
  showView('transcribe');
}
