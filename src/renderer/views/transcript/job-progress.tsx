/** How far the job is, how fast it goes, and how long it will take: all from its own commits. */
import { estimateRemainingMs, jobProgress } from '../../../shared/job.js';
import type { Job } from '../../../shared/job.js';
import { formatDuration } from '../../../shared/time.js';
import { formatRemaining, formatSpeed } from '../../format.js';
import { ProgressBar } from '../../parts/progress-bar.js';
import { strings } from '../../strings/en.js';

function describePosition(job: Job): string {
  const processed = formatDuration(job.processed);
  return job.duration === null
    ? strings.transcript.positionUnknown(processed)
    : strings.transcript.position(processed, formatDuration(job.duration));
}

export function JobProgress({ job }: { readonly job: Job }) {
  const remaining = job.state === 'running' ? formatRemaining(estimateRemainingMs(job)) : null;
  const speed = formatSpeed(job.processed, job.elapsedMs);
  const isOpened = job.format !== null;
  return (
    <div className="job-progress">
      <ProgressBar value={jobProgress(job)} label={null} />
      <p className="job-progress-line">
        <span>{isOpened ? describePosition(job) : strings.queue.starting}</span>
        <span className="job-progress-end">
          {speed !== null && <span>{strings.transcript.speed(speed)}</span>}
          {remaining !== null && <span>{remaining}</span>}
        </span>
      </p>
    </div>
  );
}
