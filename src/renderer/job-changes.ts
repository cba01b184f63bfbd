/** What a screen reader is told when jobs change state. Pure. */
import type { Job } from '../shared/job.js';
import { strings } from './strings/en.js';

function describeState(job: Job): string {
  const text = job.failure?.message ?? strings.queue.state(job.state);
  return strings.messages.jobState(job.fileName, text.endsWith('.') ? text : `${text}.`);
}

/** One sentence per job whose state changed; '' when none did. New jobs are not changes. */
export function describeChanges(before: readonly Job[], after: readonly Job[]): string {
  const known = new Map(before.map((job) => [job.id, job.state]));
  return after
    .filter((job) => known.has(job.id) && known.get(job.id) !== job.state)
    .map(describeState)
    .join(' ');
}
