/** How far all files are, for the taskbar. Pure. */
import { isFinished, jobProgress } from '../shared/job.js';
import type { Job } from '../shared/job.js';

/** 0 to 1 over the files of this batch; null when nothing is under way; 2 when it cannot be told (Electron's word). */
export function overallProgress(
  jobs: readonly Pick<Job, 'id' | 'state' | 'duration' | 'processed'>[],
  endedBefore: ReadonlySet<string>,
): number | null {
  const batch = jobs.filter(({ id }) => !endedBefore.has(id));
  if (batch.every(isFinished)) return null;
  const shares = batch.map((job) => (isFinished(job) ? 1 : (jobProgress(job) ?? 0)));
  const sum = shares.reduce((total, share) => total + share, 0);
  const isUnknown = batch.length === 1 && batch[0]!.duration === null && batch[0]!.state === 'running';
  return isUnknown ? 2 : sum / batch.length;
}
