/** The column of files. Arrow keys move in it; only the shown file's buttons are in the tab order. */
import './queue.css';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { isFinished } from '../../../shared/job.js';
import iconUrl from '../../../../resources/icons/icon.svg';
import { moveInList } from '../../keyboard.js';
import { IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { findActiveJob } from '../../selection.js';
import { cancelJob, clearFinished, removeJob } from '../../stores/actions.js';
import { select, selectedJobId, useJobs } from '../../stores/jobs.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { QueueItem } from './queue-item.js';

function choose(id: string): void {
  const active = findActiveJob(useJobs.getState().jobs);
  select(active?.id === id ? { kind: 'follow' } : { kind: 'job', id });
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
  const finishedCount = jobs.filter(isFinished).length;
  const tabStopId = selectedId ?? jobs[0]?.id;

  useEffect(() => {
    listRef.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' });
  }, [selectedId]);

  function moveFocus(event: KeyboardEvent): void {
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
    const next = moveInList(event.key, position, buttons.length);
    const nextId = next === null ? undefined : jobs[next]?.id;
    if (next === null || nextId === undefined) return;
    event.preventDefault();
    choose(nextId);
    buttons[next]?.focus();
  }

  return (
    <nav className="queue" aria-label={strings.queue.title}>
      <header className="queue-header">
        <img src={iconUrl} alt="" width="22" height="22" />
        <h2 className="queue-title">{strings.appName}</h2>
        <IconButton
          icon="keyboard"
          label={strings.shortcuts.title}
          onClick={() => {
            useUi.setState({ isShortcutsOpen: true });
          }}
        />
        <IconButton
          icon="plus"
          label={strings.queue.add}
          onClick={() => {
            select({ kind: 'start' });
          }}
        />
      </header>
      <ul className="queue-list" ref={listRef} onKeyDown={moveFocus}>
        {jobs.map((job) => (
          <QueueItem
            key={job.id}
            job={job}
            isSelected={job.id === selectedId}
            isTabStop={job.id === tabStopId}
            onChoose={choose}
          />
        ))}
      </ul>
      <footer className="queue-footer">
        <div className="queue-summary">
          <span>{strings.queue.position(finishedCount, jobs.length)}</span>
          {finishedCount > 0 && (
            <button type="button" className="queue-link" onClick={() => void clearFinished()}>
              {strings.queue.clear}
            </button>
          )}
        </div>
        <p className="queue-privacy">
          <Icon name="lock" size={14} />
          {strings.start.privacy}
        </p>
      </footer>
    </nav>
  );
}
