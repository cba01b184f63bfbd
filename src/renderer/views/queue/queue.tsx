/**
 * The files of this session, in the order they are worked on. Arrow keys move in the list, Alt with them moves
 * the file; only the shown file's buttons are in the tab order.
 */
import './queue.css';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { isFinished } from '../../../shared/job.js';
import { moveInList } from '../../keyboard.js';
import { findActiveJob } from '../../selection.js';
import { placeAfterMove } from '../../reorder.js';
import { cancelJob, clearFinished, removeJob, reorderJob } from '../../stores/actions.js';
import { select, selectedJobId, useJobs } from '../../stores/jobs.js';
import { showView, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { QueueItem } from './queue-item.js';
import { useReorder } from './use-reorder.js';

function choose(id: string): void {
  const active = findActiveJob(useJobs.getState().jobs);
  select(active?.id === id ? { kind: 'follow' } : { kind: 'job', id });
  showView('transcribe');
}

function removeOrCancel(id: string): void {
  const job = useJobs.getState().jobs.find((known) => known.id === id);
  if (job === undefined) return;
  if (job.state === 'running') void cancelJob(id);
  if (job.state === 'queued' || isFinished(job)) void removeJob(id);
}

export function Queue() {
  const jobs = useJobs((state) => state.jobs);
  const selectedId = useJobs(selectedJobId);
  const listRef = useRef<HTMLUListElement>(null);
  const doneCount = jobs.filter(({ state }) => state === 'done').length;
  const hasFinished = jobs.some(isFinished);
  const isShown = useUi((state) => state.view === 'transcribe');
  const tabStopId = selectedId ?? jobs[0]?.id;
  const drag = useReorder(jobs);

  useEffect(() => {
    listRef.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' });
  }, [selectedId]);

  function pressKey(event: KeyboardEvent): void {
    const buttons = [...(listRef.current?.querySelectorAll<HTMLElement>('.queue-select') ?? [])];
    const position = buttons.findIndex((button) => button === event.target);
    if (position < 0) return;
    const id = jobs[position]?.id;
    if (event.key === 'Delete' && id !== undefined) {
      // The focus stays in the list: on what moves up into the gap.
      (buttons[position + 1] ?? buttons[position - 1])?.focus();
      removeOrCancel(id);
      return;
    }
    if (event.altKey && id !== undefined) {
      const before = placeAfterMove(jobs, id, event.key);
      if (before === undefined) return;
      event.preventDefault();
      void reorderJob(id, before);
      return;
    }
    const next = moveInList(event.key, position, buttons.length);
    const nextId = next === null ? undefined : jobs[next]?.id;
    if (next === null || nextId === undefined) return;
    event.preventDefault();
    choose(nextId);
    buttons[next]?.focus();
  }

  if (jobs.length === 0) return <div className="queue" />;
  return (
    <section className="queue" aria-label={strings.queue.title}>
      <header className="queue-header">
        <h2 className="queue-title">{strings.queue.title}</h2>
        <span>{strings.queue.position(doneCount, jobs.length)}</span>
        {hasFinished && (
          <button
            type="button"
            className="queue-link"
            title={strings.queue.clear}
            onClick={() => void clearFinished()}
          >
            {strings.queue.clearShort}
          </button>
        )}
      </header>
      <ul className="queue-list" ref={listRef} onKeyDown={pressKey} {...drag.list}>
        {jobs.map((job) => (
          <QueueItem
            key={job.id}
            job={job}
            isSelected={isShown && job.id === selectedId}
            isTabStop={job.id === tabStopId}
            dropMark={drag.markOf(job.id)}
            onChoose={choose}
          />
        ))}
      </ul>
    </section>
  );
}
