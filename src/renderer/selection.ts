/** Which job is on screen: the start view, the running job, or one that the reader chose. Pure. */
import type { Job } from '../shared/job.js';

export type Selection =
  | { readonly kind: 'start' }
  /** Whatever runs; when nothing does, what ran last. */
  | { readonly kind: 'follow' }
  | { readonly kind: 'job'; readonly id: string };

export function findActiveJob(jobs: readonly Job[]): Job | null {
  return jobs.find((job) => job.state === 'running' || job.state === 'cancelling') ?? null;
}

/** The job that `follow` shows. `before` is what it showed until now. */
export function followJob(jobs: readonly Job[], before: string | null): string | null {
  const active = findActiveJob(jobs);
  if (active !== null) return active.id;
  if (jobs.some((job) => job.id === before)) return before;
  return (jobs.find((job) => job.state === 'queued') ?? jobs.at(-1))?.id ?? null;
}

/** Null means the start view. */
export function resolveSelection(
  selection: Selection,
  jobs: readonly Job[],
  followedId: string | null,
): string | null {
  if (selection.kind === 'start') return null;
  if (selection.kind === 'job' && jobs.some((job) => job.id === selection.id)) return selection.id;
  return followedId;
}
