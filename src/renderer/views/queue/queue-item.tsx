/** One file of the queue. */
import { memo } from 'react';
import { estimateRemainingMs, jobProgress } from '../../../shared/job.js';
import type { Job } from '../../../shared/job.js';
import { formatDuration } from '../../../shared/time.js';
import { formatPercent, formatRemaining } from '../../format.js';
import { IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import type { IconName } from '../../parts/icon.js';
import { ProgressBar } from '../../parts/progress-bar.js';
import { cancelJob, removeJob, retryJob } from '../../stores/actions.js';
import { strings } from '../../strings/en.js';

const STATE_ICON: Readonly<Record<Job['state'], IconName | null>> = {
  queued: 'clock',
  running: null,
  cancelling: null,
  done: 'check',
  failed: 'warning',
  cancelled: 'stop',
};

function describeRunning(job: Job): string {
  if (job.state === 'cancelling') return strings.queue.state('cancelling');
  const progress = jobProgress(job);
  if (job.format === null) return strings.queue.starting;
  if (job.processed === 0) return strings.queue.state('running');
  if (progress === null) return strings.transcript.positionUnknown(formatDuration(job.processed));
  return formatPercent(progress);
}

function RunningStatus({ job }: { readonly job: Job }) {
  const remaining = job.state === 'running' ? formatRemaining(estimateRemainingMs(job)) : null;
  return (
    <>
      <ProgressBar value={jobProgress(job)} label={strings.queue.progress(job.fileName)} />
      <span className="queue-status">
        <span>{describeRunning(job)}</span>
        {remaining !== null && <span data-testid="eta">{remaining}</span>}
      </span>
    </>
  );
}

function RestingStatus({ job }: { readonly job: Job }) {
  const icon = STATE_ICON[job.state];
  return (
    <span className="queue-status">
      <span className="queue-state">
        {icon !== null && <Icon name={icon} size={14} />}
        {strings.queue.state(job.state)}
      </span>
      {job.state === 'done' && job.duration !== null && <span>{formatDuration(job.duration)}</span>}
    </span>
  );
}

function ItemButtons({ job, tabIndex }: { readonly job: Job; readonly tabIndex: 0 | -1 }) {
  const { id, fileName, state } = job;
  const isWorking = state === 'running' || state === 'cancelling';
  return (
    <span className="queue-buttons">
      {(state === 'failed' || state === 'cancelled') && (
        <IconButton
          icon="retry"
          label={strings.queue.retryLabel(fileName)}
          testId="job-retry"
          tabIndex={tabIndex}
          onClick={() => void retryJob(job)}
        />
      )}
      {isWorking ? (
        <IconButton
          icon="close"
          label={strings.queue.cancel(fileName)}
          testId="job-cancel"
          tabIndex={tabIndex}
          disabled={state === 'cancelling'}
          onClick={() => void cancelJob(id)}
        />
      ) : (
        <IconButton
          icon="close"
          label={strings.queue.remove(fileName)}
          testId="job-remove"
          tabIndex={tabIndex}
          onClick={() => void removeJob(id)}
        />
      )}
    </span>
  );
}

export interface QueueItemProps {
  readonly job: Job;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  /** Where a dragged file would land. */
  readonly dropMark: 'before' | 'after' | null;
  readonly onChoose: (id: string) => void;
}

export const QueueItem = memo(function QueueItem(props: QueueItemProps) {
  const { job, isSelected, isTabStop, dropMark, onChoose } = props;
  const isWorking = job.state === 'running' || job.state === 'cancelling';
  const tabIndex = isTabStop ? 0 : -1;
  return (
    <li
      className="queue-item"
      data-testid="job"
      data-id={job.id}
      data-state={job.state}
      data-file-name={job.fileName}
      data-drop={dropMark}
      draggable={job.state === 'queued'}
    >
      <button
        type="button"
        className="queue-select"
        aria-current={isSelected}
        tabIndex={tabIndex}
        onClick={() => {
          onChoose(job.id);
        }}
      >
        <span className="queue-name" title={job.fileName} dir="auto">
          {job.fileName}
        </span>
        {isWorking ? <RunningStatus job={job} /> : <RestingStatus job={job} />}
        {/* What to do about it stands where the transcript would. */}
        {job.failure !== null && <span className="queue-failure">{job.failure.message}</span>}
      </button>
      <ItemButtons job={job} tabIndex={tabIndex} />
    </li>
  );
});
