/** Facts, progress and buttons of the job on screen; its name is in the title bar. */
import './job-header.css';
import { isFinished } from '../../../shared/job.js';
import type { Job } from '../../../shared/job.js';
import { Button } from '../../parts/button.js';
import { cancelJob, copyJob, removeJob, resumeJob, retryJob } from '../../stores/actions.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { ToolButtons } from './tool-buttons.js';
import { describeFacts, describeStats } from './job-facts.js';
import { JobProgress } from './job-progress.js';

function TextButtons({ job }: { readonly job: Job }) {
  return (
    <>
      <Button icon="copy" testId="copy" data-command="copy" onClick={() => void copyJob(job.id)}>
        {strings.transcript.copy}
      </Button>
      <Button
        look="primary"
        icon="export"
        testId="export"
        data-command="export"
        aria-haspopup="dialog"
        onClick={() => {
          useUi.setState({ exportingId: job.id });
        }}
      >
        {strings.transcript.export}
      </Button>
    </>
  );
}

function StateButtons({ job }: { readonly job: Job }) {
  switch (job.state) {
    case 'running':
    case 'cancelling':
      return (
        <Button disabled={job.state === 'cancelling'} onClick={() => void cancelJob(job.id)}>
          {job.state === 'running' ? strings.transcript.cancel : strings.transcript.cancelling}
        </Button>
      );
    case 'queued':
      return <Button onClick={() => void removeJob(job.id)}>{strings.transcript.remove}</Button>;
    case 'failed':
    case 'cancelled':
      return (
        <>
          {job.segmentCount > 0 && (
            <Button icon="play" testId="resume" onClick={() => void resumeJob(job.id)}>
              {strings.transcript.resume}
            </Button>
          )}
          <Button icon="retry" onClick={() => void retryJob(job)}>
            {job.state === 'failed' ? strings.queue.retry : strings.transcript.again}
          </Button>
        </>
      );
    case 'done':
      return null;
  }
}

export function JobHeader({ job }: { readonly job: Job }) {
  const isWorking = job.state === 'running' || job.state === 'cancelling';
  const facts = describeFacts(job);
  const stats = describeStats(job);
  return (
    <header className="job-header">
      <div className="column">
        <div className="job-top">
          <div className="job-facts">
            {facts !== '' && <p title={facts}>{facts}</p>}
            {stats !== '' && <p title={stats}>{stats}</p>}
          </div>
          <div className="job-buttons">
            <StateButtons job={job} />
            {job.segmentCount > 0 && <ToolButtons job={job} />}
            {isFinished(job) && job.segmentCount > 0 && <TextButtons job={job} />}
          </div>
        </div>
        {isWorking && <JobProgress job={job} />}
      </div>
    </header>
  );
}
