/** Pending text by job, one snapshot per frame out of the token buffer. Only the tail subscribes. */
import { create } from 'zustand';
import type { PendingByJob, SettledByJob } from '../token-buffer.js';

export interface LiveState {
  readonly pending: PendingByJob;
  /** Changes with each commit only. */
  readonly settled: SettledByJob;
}

export const useLive = create<LiveState>()(() => ({ pending: new Map(), settled: new Map() }));

export function publishPending(pending: PendingByJob, settled: SettledByJob): void {
  useLive.setState({ pending, settled });
}
