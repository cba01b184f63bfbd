/**
 * Where the time of each job went, as the engine's stream tells it. Totals replace each other; the steps of the
 * decoder are collected.
 */
import { create } from 'zustand';
import type { EngineEvent } from '../../shared/events.js';
import type { MachineLimits } from '../../shared/roofline.js';
import { extendRecord } from '../../shared/timing.js';
import type { RunRecord } from '../../shared/timing.js';

export interface RunsState {
  readonly runs: Readonly<Record<string, RunRecord>>;
  /** What this machine allows, once it was measured. */
  readonly limits: MachineLimits | null;
}

export const useRuns = create<RunsState>()(() => ({ runs: {}, limits: null }));

/** The state after a batch of stream events. Pure. */
export function reduceRuns(state: RunsState, events: readonly EngineEvent[]): RunsState {
  let { runs } = state;
  for (const event of events) {
    if (event.kind === 'opened' && runs[event.jobId] !== undefined) {
      // The job starts again from its beginning.
      runs = Object.fromEntries(Object.entries(runs).filter(([id]) => id !== event.jobId));
    }
    if (event.kind !== 'timings') continue;
    runs = { ...runs, [event.jobId]: extendRecord(runs[event.jobId], event) };
  }
  return runs === state.runs ? state : { ...state, runs };
}

export function applyTimings(events: readonly EngineEvent[]): void {
  useRuns.setState((state) => reduceRuns(state, events));
}

const asked = new Set<string>();

/** Whether main is to be asked for this job's times: said once of each. */
export function isUnknown(jobId: string): boolean {
  if (asked.has(jobId) || useRuns.getState().runs[jobId] !== undefined) return false;
  asked.add(jobId);
  return true;
}

/** What main knows of a job that ran before this page was there; what the stream told counts more. */
export function acceptRecord(jobId: string, record: RunRecord): void {
  useRuns.setState((state) =>
    state.runs[jobId] === undefined ? { runs: { ...state.runs, [jobId]: record } } : state,
  );
}

export function setLimits(limits: MachineLimits): void {
  useRuns.setState({ limits });
}
