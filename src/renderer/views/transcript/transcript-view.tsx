/** One job on screen: what it is and does, its words so far, and what can be done with them. */
import './transcript-view.css';
import { isFinished } from '../../../shared/job.js';
import type { Job } from '../../../shared/job.js';
import { useFind } from '../../stores/find.js';
import { useJobs } from '../../stores/jobs.js';
import { useReview } from '../../stores/review.js';
import { EMPTY_ENTRY } from '../../transcript-entry.js';
import { FindBar } from './find-bar.js';
import { JobHeader } from './job-header.js';
import { JobRemarks } from './job-remarks.js';
import { Placeholder } from './placeholder.js';
import { PlayerBar } from './player-bar.js';
import { ReviewBar } from './review-bar.js';
import { SegmentList } from './segment-list.js';

export function TranscriptView({ job }: { readonly job: Job }) {
  const entry = useJobs((state) => state.transcripts[job.id] ?? EMPTY_ENTRY);
  const isFinding = useFind((state) => state.isOpen && state.jobId === job.id);
  const isReviewing = useReview((state) => state.jobId === job.id);
  const isWorking = job.state === 'running' || job.state === 'cancelling';
  const hasText = entry.segments.length > 0 || isWorking;
  const isLoading = entry.isFetching && entry.segments.length === 0 && job.segmentCount > 0;
  return (
    <section className="transcript" aria-label={job.fileName}>
      <JobHeader job={job} />
      <JobRemarks job={job} />
      {isFinding && <FindBar jobId={job.id} canEdit={isFinished(job)} />}
      {isReviewing && <ReviewBar jobId={job.id} canEdit={isFinished(job)} />}
      {hasText ? (
        <SegmentList job={job} entry={entry} isWorking={isWorking} />
      ) : (
        !isLoading && <Placeholder job={job} />
      )}
      {entry.segments.length > 0 && <PlayerBar job={job} entry={entry} />}
    </section>
  );
}
