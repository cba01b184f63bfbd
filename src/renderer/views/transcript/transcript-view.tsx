/** One job on screen: what it is and does, its words so far, and what can be done with them. */
import './transcript-view.css';
import type { Job } from '../../../shared/job.js';
import { useJobs } from '../../stores/jobs.js';
import { EMPTY_ENTRY } from '../../transcript-entry.js';
import { JobHeader } from './job-header.js';
import { JobRemarks } from './job-remarks.js';
import { Placeholder } from './placeholder.js';
import { SegmentList } from './segment-list.js';

export interface TranscriptViewProps {
  readonly job: Job;
  /** The queue column is hidden, so this header stands for the job alone. */
  readonly isAlone: boolean;
}

export function TranscriptView({ job, isAlone }: TranscriptViewProps) {
  const entry = useJobs((state) => state.transcripts[job.id] ?? EMPTY_ENTRY);
  const isWorking = job.state === 'running' || job.state === 'cancelling';
  const hasText = entry.segments.length > 0 || isWorking;
  const isLoading = entry.isFetching && entry.segments.length === 0 && job.segmentCount > 0;
  return (
    <section className="transcript" aria-label={job.fileName}>
      <JobHeader job={job} isAlone={isAlone} />
      <JobRemarks job={job} />
      {hasText ? (
        <SegmentList job={job} entry={entry} isWorking={isWorking} />
      ) : (
        !isLoading && <Placeholder job={job} />
      )}
    </section>
  );
}
