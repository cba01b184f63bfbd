/** What stands where the words would be when a job that is not running has none. */
import type { Job } from '../../../shared/job.js';
import { Icon } from '../../parts/icon.js';
import type { IconName } from '../../parts/icon.js';
import { strings } from '../../strings/en.js';

interface Words {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
}

function chooseWords(job: Job): Words | null {
  const { transcript } = strings;
  switch (job.state) {
    case 'queued':
      return { icon: 'clock', title: transcript.waiting, text: transcript.waitingHint };
    case 'done':
      // With segments they are on their way from main.
      return job.segmentCount > 0
        ? null
        : { icon: 'check', title: transcript.nothing, text: transcript.nothingHint };
    case 'cancelled':
      return { icon: 'stop', title: transcript.cancelledEmpty, text: transcript.cancelledEmptyHint };
    case 'failed':
      return { icon: 'warning', title: job.failure?.message ?? '', text: job.failure?.remedy ?? '' };
    case 'running':
    case 'cancelling':
      return null;
  }
}

export function Placeholder({ job }: { readonly job: Job }) {
  const words = chooseWords(job);
  if (words === null) return null;
  return (
    <div className={`placeholder placeholder-${job.state}`}>
      <Icon name={words.icon} size={28} />
      <p className="placeholder-title">{words.title}</p>
      <p className="placeholder-text">{words.text}</p>
    </div>
  );
}
