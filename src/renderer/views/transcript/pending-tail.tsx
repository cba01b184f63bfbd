/** The window that is being decoded: words as they come, marked as not final. The only one that renders per frame. */
import { memo } from 'react';
import type { Job } from '../../../shared/job.js';
import { formatDuration } from '../../../shared/time.js';
import { useLive } from '../../stores/live.js';
import { strings } from '../../strings/en.js';
import type { PendingLine } from '../../token-buffer.js';
import type { TranscriptEntry } from '../../transcript-entry.js';
import { describeRetries } from './describe-retries.js';
import { RetryMark } from './segment-row.js';
import { TokenText } from './token-text.js';

export interface PendingTailProps {
  readonly job: Job;
  readonly entry: TranscriptEntry;
}

function describeWait(job: Job, hasText: boolean): string {
  if (hasText) return '';
  return job.format === null ? strings.transcript.loading : strings.transcript.listening;
}

/** Lines above the last one do not change any more. */
const TailLine = memo(function TailLine({ line, isLast }: { line: PendingLine; isLast: boolean }) {
  return (
    <div className="row row-pending">
      <span className="row-time">{formatDuration(line.start)}</span>
      <p className="row-text" dir="auto">
        <TokenText tokens={line.tokens} isPending />
        {isLast && <span className="caret" aria-hidden="true" />}
      </p>
    </div>
  );
});

export function PendingTail({ job, entry }: PendingTailProps) {
  const pending = useLive((state) => state.pending.get(job.id) ?? null);
  const lines = pending?.lines ?? [];
  const retries = pending === null ? [] : (entry.retries.get(pending.windowStart) ?? []);
  return (
    <div className="tail">
      {retries.length > 0 && <RetryMark text={describeRetries(retries)} />}
      {lines.length === 0 ? (
        <p className="tail-wait">
          {describeWait(job, entry.segments.length > 0)}
          <span className="caret" aria-hidden="true" />
        </p>
      ) : (
        <div
          className="tail-lines"
          data-testid="pending"
          role="group"
          aria-label={strings.transcript.pending}
        >
          {lines.map((line, position) => (
            <TailLine key={position} line={line} isLast={position === lines.length - 1} />
          ))}
        </div>
      )}
    </div>
  );
}
