/** What must be known about a job that has text: a warning, why it failed, that it was cancelled. */
import type { Job } from '../../../shared/job.js';
import { Icon } from '../../parts/icon.js';
import { strings } from '../../strings/en.js';

interface Remark {
  readonly look: 'plain' | 'caution' | 'danger';
  readonly text: string;
}

function chooseRemark(job: Job): Remark | null {
  if (job.state === 'failed' && job.failure !== null && job.segmentCount > 0) {
    return { look: 'danger', text: `${job.failure.message} ${job.failure.remedy}` };
  }
  if (job.state === 'cancelled' && job.segmentCount > 0) {
    return { look: 'plain', text: strings.transcript.cancelled };
  }
  return job.warning === null ? null : { look: 'caution', text: job.warning };
}

export function JobRemarks({ job }: { readonly job: Job }) {
  const remark = chooseRemark(job);
  if (remark === null) return null;
  return (
    <div className={`remark remark-${remark.look}`}>
      <p className="column">
        <Icon name={remark.look === 'plain' ? 'stop' : 'warning'} />
        <span>{remark.text}</span>
      </p>
    </div>
  );
}
