/** Keeps the old object of every job that did not change, so that only changed rows render again. */
import { isFinished } from '../shared/job.js';
import type { Job } from '../shared/job.js';

export function reconcileJobs(before: readonly Job[], after: readonly Job[]): readonly Job[] {
  const known = new Map(before.map((job) => [job.id, job]));
  return after.map((job) => {
    const old = known.get(job.id);
    return old !== undefined && JSON.stringify(old) === JSON.stringify(job) ? old : job;
  });
}

/** Jobs that were finished and now wait or run again: their text on screen is of the run before. */
export function findRestarted(before: readonly Job[], after: readonly Job[]): readonly string[] {
  const finished = new Set(before.filter(isFinished).map((job) => job.id));
  return after.filter((job) => finished.has(job.id) && !isFinished(job)).map((job) => job.id);
}
