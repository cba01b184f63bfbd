/** Pending text by job, one snapshot per frame out of the token buffer. Only the tail subscribes. */
import { create } from 'zustand';
import type { PendingByJob } from '../token-buffer.js';

export const useLive = create<{ readonly pending: PendingByJob }>()(() => ({ pending: new Map() }));

export function publishPending(pending: PendingByJob): void {
  useLive.setState({ pending });
}
