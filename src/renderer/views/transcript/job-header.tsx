/** Name, facts, progress and buttons of the job on screen. */
import './job-header.css';
import { isFinished } from '../../../shared/job.js';
import type { Job } from '../../../shared/job.js';
import iconUrl from '../../../../resources/icons/icon.svg';
import { Button, IconButton } from '../../parts/button.js';
import { cancelJob, copyJob, removeJob, retryJob } from '../../stores/actions.js';
import { select } from '../../stores/jobs.js';
import { strings } from '../../strings/en.js';
import { ExportMenu } from './export-menu.js';
import { describeFacts, describeStats } from './job-facts.js';
import { JobProgress } from './job-progress.js';

/** Test ids of a job belong to the queue's item; to this header only while there is no queue. */
function testIdWhen(isAlone: boolean, testId: string): { readonly testId?: string } {
  return isAlone ? { testId } : {};
}

function TextButtons({ job }: { readonly job: Job }) {
  return (
    <>
      <Button icon="copy" testId="copy" data-command="copy" onClick={() => void copyJob(job.id)}>
        {strings.transcript.copy}
      </Button>
      <ExportMenu job={job} />
    </>
  );
}

function RestartButtons({ job, isAlone }: { readonly job: Job; readonly isAlone: boolean }) {
  return (
    <Button icon="retry" {...testIdWhen(isAlone, 'job-retry')} onClick={() => void retryJob(job)}>
      {job.state === 'failed' ? strings.queue.retry : strings.transcript.again}
    </Button>
  );
}

function StateButtons({ job, isAlone }: { readonly job: Job; readonly isAlone: boolean }) {
  switch (job.state) {
    case 'running':
    case 'cancelling':
      return (
        <Button
          {...testIdWhen(isAlone, 'job-cancel')}
          disabled={job.state === 'cancelling'}
          onClick={() => void cancelJob(job.id)}
        >
          {job.state === 'running' ? strings.transcript.cancel : strings.transcript.cancelling}
        </Button>
      );
    case 'queued':
      return (
        <Button {...testIdWhen(isAlone, 'job-remove')} onClick={() => void removeJob(job.id)}>
          {strings.transcript.remove}
        </Button>
      );
    case 'failed':
    case 'cancelled':
      return <RestartButtons job={job} isAlone={isAlone} />;
    case 'done':
      return null;
  }
}

function startNext(): void {
  select({ kind: 'start' });
}

/** Without a queue column, the ways to more files and to none live here. */
function AloneButtons({ job }: { readonly job: Job }) {
  return (
    <>
      {(job.state === 'failed' || job.state === 'cancelled') && (
        <IconButton
          icon="close"
          label={strings.queue.remove(job.fileName)}
          testId="job-remove"
          onClick={() => void removeJob(job.id)}
        />
      )}
      {job.state === 'done' ? (
        <Button look="quiet" icon="plus" onClick={startNext}>
          {strings.transcript.another}
        </Button>
      ) : (
        <IconButton icon="plus" label={strings.queue.add} onClick={startNext} />
      )}
    </>
  );
}

export function JobHeader({ job, isAlone }: { readonly job: Job; readonly isAlone: boolean }) {
  const isWorking = job.state === 'running' || job.state === 'cancelling';
  const facts = describeFacts(job);
  const stats = describeStats(job);
  const asJob = isAlone
    ? { 'data-testid': 'job', 'data-state': job.state, 'data-file-name': job.fileName }
    : {};
  return (
    <header className="job-header" {...asJob}>
      <div className="column">
        <div className={isAlone ? 'job-top job-top-alone' : 'job-top'}>
          {isAlone && <img className="job-icon" src={iconUrl} alt="" width="36" height="36" />}
          <h1 className="job-name" title={job.fileName} dir="auto">
            {job.fileName}
          </h1>
          <div className="job-buttons">
            {isAlone && <AloneButtons job={job} />}
            <StateButtons job={job} isAlone={isAlone} />
            {isFinished(job) && job.segmentCount > 0 && <TextButtons job={job} />}
          </div>
          <div className="job-facts">
            {facts !== '' && <p>{facts}</p>}
            {stats !== '' && <p>{stats}</p>}
          </div>
        </div>
        {isWorking && <JobProgress job={job} isAlone={isAlone} />}
      </div>
    </header>
  );
}
