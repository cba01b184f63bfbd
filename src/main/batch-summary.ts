/** The words of the notification when nothing is left to do. Pure. */
import type { Job } from '../shared/job.js';

export interface BatchSummary {
  readonly title: string;
  readonly body: string;
}

function count(amount: number): string {
  return amount === 1 ? '1 file' : `${amount} files`;
}

/** Null when nothing was transcribed or failed: what the user cancelled is no news to them. */
export function summarizeBatch(jobs: readonly Pick<Job, 'state' | 'fileName'>[]): BatchSummary | null {
  const done = jobs.filter((job) => job.state === 'done');
  const failed = jobs.filter((job) => job.state === 'failed');
  const ended = [...done, ...failed];
  const [only] = ended;
  if (only === undefined) return null;
  if (ended.length === 1) {
    return { title: done.length === 1 ? 'Transcribed' : 'Could not be transcribed', body: only.fileName };
  }
  const failures = failed.length === 0 ? '' : `, ${count(failed.length)} could not be transcribed`;
  return { title: 'All files are finished', body: `${count(done.length)} transcribed${failures}.` };
}
