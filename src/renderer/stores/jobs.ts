/**
 * Jobs as main last told them, what is known of their transcripts, and which one is on screen. Main
 * owns the truth: the list is replaced by every `jobs.changed`, transcripts heal by fetching.
 */
import { create } from 'zustand';
import type { EngineEvent } from '../../shared/events.js';
import type { Job } from '../../shared/job.js';
import { findRestarted, reconcileJobs } from '../reconcile-jobs.js';
import { followJob, resolveSelection } from '../selection.js';
import type { Selection } from '../selection.js';
import { EMPTY_ENTRY, reduceEntry, restartEntry, resumeEntry } from '../transcript-entry.js';
import type { TranscriptEntry } from '../transcript-entry.js';

export interface JobsState {
  readonly jobs: readonly Job[];
  readonly transcripts: Readonly<Record<string, TranscriptEntry>>;
  readonly selection: Selection;
  readonly followedId: string | null;
}

export const useJobs = create<JobsState>()(() => ({
  jobs: [],
  transcripts: {},
  selection: { kind: 'follow' },
  followedId: null,
}));

type Transcripts = JobsState['transcripts'];

function withEntry(
  transcripts: Transcripts,
  id: string,
  change: (entry: TranscriptEntry) => TranscriptEntry,
): Transcripts {
  const before = transcripts[id] ?? EMPTY_ENTRY;
  const after = change(before);
  return after === before ? transcripts : { ...transcripts, [id]: after };
}

/** Whether the job keeps text of an earlier run, behind which it goes on. */
function goesOn(jobs: readonly Job[], id: string): boolean {
  return (jobs.find((job) => job.id === id)?.segmentCount ?? 0) > 0;
}

/** The state after main told its list. Pure. */
export function reduceJobs(state: JobsState, told: readonly Job[]): JobsState {
  const jobs = reconcileJobs(state.jobs, told);
  const ids = new Set(jobs.map((job) => job.id));
  const kept = Object.entries(state.transcripts).filter(([id]) => ids.has(id));
  let transcripts: Transcripts = Object.fromEntries(kept);
  for (const id of findRestarted(state.jobs, jobs)) {
    transcripts = withEntry(transcripts, id, goesOn(jobs, id) ? resumeEntry : restartEntry);
  }
  return { ...state, jobs, transcripts, followedId: followJob(jobs, state.followedId) };
}

/** The state after a batch of stream events. Pure. */
export function reduceEvents(state: JobsState, events: readonly EngineEvent[]): JobsState {
  let transcripts = state.transcripts;
  for (const event of events) {
    const isResumed = event.kind === 'opened' && goesOn(state.jobs, event.jobId);
    transcripts = withEntry(transcripts, event.jobId, (entry) =>
      isResumed ? resumeEntry(entry) : reduceEntry(entry, event),
    );
  }
  return transcripts === state.transcripts ? state : { ...state, transcripts };
}

/** The state after the stream was replaced: commits may have been missed, so all is asked again. Pure. */
export function reduceReconnect(state: JobsState): JobsState {
  const transcripts: Record<string, TranscriptEntry> = {};
  for (const [id, entry] of Object.entries(state.transcripts)) {
    transcripts[id] = { ...entry, fetchedAtCount: null };
  }
  return { ...state, transcripts };
}

export function setJobs(jobs: readonly Job[]): void {
  useJobs.setState((state) => reduceJobs(state, jobs));
}

export function applyEvents(events: readonly EngineEvent[]): void {
  useJobs.setState((state) => reduceEvents(state, events));
}

export function markReconnected(): void {
  useJobs.setState(reduceReconnect);
}

export function changeEntry(id: string, change: (entry: TranscriptEntry) => TranscriptEntry): void {
  useJobs.setState((state) => ({ transcripts: withEntry(state.transcripts, id, change) }));
}

export function select(selection: Selection): void {
  useJobs.setState({ selection });
}

export function selectedJobId(state: JobsState): string | null {
  return resolveSelection(state.selection, state.jobs, state.followedId);
}

export function selectedJob(state: JobsState): Job | null {
  const id = selectedJobId(state);
  return id === null ? null : (state.jobs.find((job) => job.id === id) ?? null);
}
