/**
 * The words. Only the rows near the screen exist (TanStack Virtual), so that 20,000 segments scroll as smoothly
 * as twenty; tokens never reach this component, only its tail, which lies below the rows that are counted.
 */
import './segment-list.css';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { FocusEvent, MouseEvent } from 'react';
import type { Job } from '../../../shared/job.js';
import { isFinished } from '../../../shared/job.js';
import { Icon } from '../../parts/icon.js';
import { beginEditing, beginNaming, useEditing } from '../../stores/editing.js';
import { select } from '../../stores/jobs.js';
import { playFrom } from '../../stores/player.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { retriesAbove } from '../../transcript-entry.js';
import type { TranscriptEntry } from '../../transcript-entry.js';
import { describeRetries } from './describe-retries.js';
import { PendingTail } from './pending-tail.js';
import { SegmentRow } from './segment-row.js';
import { TokenCard } from './token-card.js';
import { useFollowSpoken } from './use-follow-spoken.js';
import { useFollowTail } from './use-follow-tail.js';
import { useShownMatches } from './use-shown-matches.js';

export interface SegmentListProps {
  readonly job: Job;
  readonly entry: TranscriptEntry;
  readonly isWorking: boolean;
}

/** A guess, until the row was on screen once: about 80 characters a line of 26 px. */
function estimateHeight(text: string): number {
  return 10 + 26 * Math.max(1, Math.ceil(text.length / 80));
}

interface Hit {
  readonly row: HTMLElement;
  readonly target: Element;
  readonly at: number;
}

function findRow(event: FocusEvent): number | null {
  const at = event.target.closest<HTMLElement>('[data-index]')?.dataset['index'];
  return at === undefined ? null : Number(at);
}

function findHit(event: MouseEvent<HTMLElement>): Hit | null {
  const target = event.target instanceof Element ? event.target : null;
  const row = target?.closest<HTMLElement>('[data-index]') ?? null;
  if (target === null || row === null || target.closest('textarea, input') !== null) return null;
  return { row, target, at: Number(row.dataset['index']) };
}

export function SegmentList({ job, entry, isWorking }: SegmentListProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const { segments } = entry;
  const marked = useUi((state) => (state.marked?.jobId === job.id ? state.marked : null));
  const editingAt = useEditing((state) => (state.active?.jobId === job.id ? state.active.at : null));
  const namingAt = useEditing((state) => (state.naming?.jobId === job.id ? state.naming.at : null));
  const { isFollowing, jumpToTail } = useFollowTail(scrollRef, contentRef, isWorking);
  const canEdit = isFinished(job);
  const [focusedAt, setFocusedAt] = useState<number | null>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the list is handed to effects alone, and no compiler memoises it
  const list = useVirtualizer({
    count: segments.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (at) => estimateHeight(segments[at]?.text ?? ''),
    overscan: 8,
    paddingStart: 20,
    // A row that is gone to does not stick to the edge.
    scrollPaddingStart: 20,
    scrollPaddingEnd: 20,
    // The rows that have the focus or are being edited stay, else scrolling, or new text that is followed, would
    // take the field away from under the typing, and the keyboard's place with it.
    rangeExtractor: (range) => {
      const kept = [editingAt, focusedAt].filter((at) => at !== null).filter((at) => at < segments.length);
      return [...new Set([...defaultRangeExtractor(range), ...kept])].sort((a, b) => a - b);
    },
  });
  const items = list.getVirtualItems();
  useFollowSpoken(job.id, scrollRef, list);
  useShownMatches(job.id, contentRef, segments);

  // Who scrolls back is reading this file: another file's start must not take it off the screen.
  useEffect(() => {
    if (isWorking && !isFollowing) select({ kind: 'job', id: job.id });
  }, [isWorking, isFollowing, job.id]);

  useEffect(() => {
    if (marked !== null) list.scrollToIndex(marked.index, { align: 'auto' });
    // The list is the same object for the life of the view.
  }, [marked, list]);

  function click(event: MouseEvent<HTMLElement>): void {
    const hit = findHit(event);
    const segment = hit === null ? undefined : segments[hit.at];
    if (hit === null || segment === undefined) return;
    const hasDragged = window.getSelection()?.isCollapsed === false;
    if (hasDragged) return;
    useUi.setState({ marked: { jobId: job.id, index: hit.at } });
    if (hit.target.closest('[data-name]') !== null) {
      beginNaming(job.id, hit.at);
      return;
    }
    if (hit.target.closest('[data-edit]') !== null) {
      beginEditing(job.id, hit.at, segment.text.trim().length);
      return;
    }
    const word = hit.target.closest<HTMLElement>('[data-word]')?.dataset['word'];
    const from = word === undefined ? undefined : segment.words?.[Number(word)]?.start;
    if (from !== undefined || hit.target.closest('.row-time') !== null) playFrom(from ?? segment.start);
  }

  function doubleClick(event: MouseEvent<HTMLElement>): void {
    const hit = findHit(event);
    if (hit === null || !canEdit || hit.target.closest('.row-text') === null) return;
    const selection = window.getSelection();
    beginEditing(job.id, hit.at, selection === null ? 0 : caretIn(hit.row, selection));
    selection?.removeAllRanges();
  }

  return (
    <div className="words">
      <div
        className="words-scroll"
        ref={scrollRef}
        tabIndex={0}
        role="region"
        aria-label={strings.transcript.list(job.fileName)}
      >
        <div className="words-content" ref={contentRef}>
          <div
            className="words-rows"
            role="list"
            aria-label={strings.transcript.segments}
            style={{ blockSize: list.getTotalSize() }}
            onClick={click}
            onDoubleClick={doubleClick}
            onFocus={(event) => {
              setFocusedAt(findRow(event));
            }}
            onBlur={() => {
              setFocusedAt(null);
            }}
          >
            {items.map((item) => {
              const segment = segments[item.index];
              if (segment === undefined) return null;
              return (
                <div
                  key={item.key}
                  className="words-place column"
                  ref={list.measureElement}
                  data-index={item.index}
                  role="presentation"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <SegmentRow
                    jobId={job.id}
                    segment={segment}
                    at={item.index}
                    count={segments.length}
                    isMarked={marked?.index === item.index}
                    isEditing={editingAt === item.index}
                    isNaming={namingAt === item.index}
                    canEdit={canEdit}
                    isSameSpeaker={segments[item.index - 1]?.speaker === segment.speaker}
                    remark={describeRetries(retriesAbove(entry, item.index, job.options.temperature))}
                  />
                </div>
              );
            })}
          </div>
          {isWorking && (
            <div className="column">
              <PendingTail job={job} entry={entry} />
            </div>
          )}
        </div>
      </div>
      <TokenCard />
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

/** Where in the row's text the selection begins. */
function caretIn(row: HTMLElement, selection: Selection): number {
  const text = row.querySelector('.row-text');
  if (text === null || selection.rangeCount === 0) return 0;
  const before = selection.getRangeAt(0).cloneRange();
  before.selectNodeContents(text);
  before.setEnd(selection.getRangeAt(0).startContainer, selection.getRangeAt(0).startOffset);
  return before.toString().length;
}
