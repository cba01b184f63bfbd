/**
 * The words. Rows are memoised and laid out only near the screen, so that hours of speech stay
 * smooth; tokens never reach this component, only its tail.
 */
import './segment-list.css';
import { useEffect, useRef } from 'react';
import type { MouseEvent } from 'react';
import type { Job } from '../../../shared/job.js';
import { formatTemperature } from '../../format.js';
import { Icon } from '../../parts/icon.js';
import { select } from '../../stores/jobs.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { retriesAbove } from '../../transcript-entry.js';
import type { Retry, TranscriptEntry } from '../../transcript-entry.js';
import { PendingTail } from './pending-tail.js';
import { SegmentRow } from './segment-row.js';
import { useFollowTail } from './use-follow-tail.js';

export interface SegmentListProps {
  readonly job: Job;
  readonly entry: TranscriptEntry;
  readonly isWorking: boolean;
}

function describeRetries(retries: readonly Retry[]): string {
  return retries
    .map((retry) => strings.transcript.retry(formatTemperature(retry.temperature), retry.reason))
    .join('\n');
}

/** A click marks the row; on the time it also selects the words, so that Ctrl+C copies them. */
function markClicked(event: MouseEvent<HTMLElement>, jobId: string): void {
  const target = event.target instanceof Element ? event.target : null;
  const row = target?.closest<HTMLElement>('[data-index]');
  const hasDragged = window.getSelection()?.isCollapsed === false;
  if (row === null || row === undefined || hasDragged) return;
  const isTextChosen = target?.closest('.row-time') !== null;
  useUi.setState({ marked: { jobId, index: Number(row.dataset['index']), isTextChosen } });
}

export function SegmentList({ job, entry, isWorking }: SegmentListProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const marked = useUi((state) => (state.marked?.jobId === job.id ? state.marked : null));
  const { isFollowing, jumpToTail } = useFollowTail(scrollRef, contentRef, isWorking);

  // Who scrolls back is reading this file: another file's start must not take it off the screen.
  useEffect(() => {
    if (isWorking && !isFollowing) select({ kind: 'job', id: job.id });
  }, [isWorking, isFollowing, job.id]);

  useEffect(() => {
    if (marked === null) return;
    const row = contentRef.current?.querySelector(`[data-index="${marked.index}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    const text = row?.querySelector('.row-text');
    if (marked.isTextChosen && text) window.getSelection()?.selectAllChildren(text);
  }, [marked]);

  return (
    <div className="words">
      <div
        className="words-scroll"
        ref={scrollRef}
        tabIndex={0}
        role="region"
        aria-label={strings.transcript.list(job.fileName)}
      >
        <div className="words-content column" ref={contentRef}>
          <ol
            onClick={(event) => {
              markClicked(event, job.id);
            }}
          >
            {entry.segments.map((segment, position) => (
              <SegmentRow
                key={segment.index}
                segment={segment}
                isMarked={marked?.index === segment.index}
                remark={describeRetries(retriesAbove(entry, position, job.options.temperature))}
              />
            ))}
          </ol>
          {isWorking && <PendingTail job={job} entry={entry} describeRetries={describeRetries} />}
        </div>
      </div>
      {isWorking && !isFollowing && (
        <button
          type="button"
          className="words-jump"
          onClick={() => {
            jumpToTail();
            select({ kind: 'follow' });
          }}
        >
          <Icon name="down" size={14} />
          {strings.transcript.jump}
        </button>
      )}
    </div>
  );
}
