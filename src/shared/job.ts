/**
 * A job as main keeps it and the renderer shows it, and the one function that moves it on.
 */
import * as v from 'valibot';
import { FailureSchema } from './errors.js';
import type { Failure } from './errors.js';
import { JobStatsSchema } from './events.js';
import type { EngineEvent } from './events.js';
import { LANGUAGE_CODES } from './languages.js';
import { TranscribeOptionsSchema } from './options.js';
import { SamplesSchema } from './transcript.js';
import type { Samples } from './time.js';

/**
 * How many files the engine transcribes side by side. More would gain little and cost memory and the patience of
 * who waits for the first (docs/performance.md, "A queue of files").
 */
export const JOBS_AT_ONCE = 4;

export const JOB_STATES = ['queued', 'running', 'cancelling', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export const JobSchema = v.object({
  id: v.string(),
  fileName: v.string(),
  /** Milliseconds since 1970; 0 where nobody asks. */
  createdAtMs: v.number(),
  state: v.picklist(JOB_STATES),
  options: TranscribeOptionsSchema,
  duration: v.nullable(SamplesSchema),
  processed: SamplesSchema,
  /** Wall time at the last commit, for the ETA. */
  elapsedMs: v.number(),
  segmentCount: v.number(),
  language: v.nullable(v.picklist(LANGUAGE_CODES)),
  languageProbability: v.nullable(v.number()),
  format: v.nullable(v.string()),
  backend: v.nullable(v.string()),
  failure: v.nullable(FailureSchema),
  warning: v.nullable(v.string()),
  stats: v.nullable(JobStatsSchema),
  /** Counts the edits of its transcript. */
  revision: v.number(),
  /** app-media://job/<id> can be played. */
  hasAudio: v.boolean(),
});
export type Job = v.InferOutput<typeof JobSchema>;

export function createJob(id: string, fileName: string, options: Job['options'], createdAtMs = 0): Job {
  return {
    id,
    fileName,
    createdAtMs,
    state: 'queued',
    options,
    duration: null,
    processed: 0 as Samples,
    elapsedMs: 0,
    segmentCount: 0,
    language: null,
    languageProbability: null,
    format: null,
    backend: null,
    failure: null,
    warning: null,
    stats: null,
    revision: 0,
    hasAudio: false,
  };
}

export function isFinished(job: Pick<Job, 'state'>): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
}

/** What happens to a job besides what the engine says. */
export type JobAction =
  | EngineEvent
  | { readonly kind: 'started' }
  | { readonly kind: 'cancel-asked' }
  /** The engine let go of it; it goes on later. */
  | { readonly kind: 'requeued' }
  | { readonly kind: 'engine-lost'; readonly failure: Failure };

/** The next job. An action that does not fit the state (late events after a cancel) changes nothing. */
export function reduceJob(job: Job, action: JobAction): Job {
  if (isFinished(job)) return job;
  switch (action.kind) {
    case 'started':
      return { ...job, state: 'running' };
    case 'requeued':
      return { ...job, state: 'queued' };
    case 'cancel-asked':
      return { ...job, state: job.state === 'queued' ? 'cancelled' : 'cancelling' };
    case 'opened':
      return { ...job, duration: action.duration, format: action.format, backend: action.backend };
    case 'language':
      // The first one: segments in another say so themselves.
      return job.language === null
        ? { ...job, language: action.language, languageProbability: action.probability }
        : job;
    case 'commit':
      return {
        ...job,
        processed: action.processed,
        elapsedMs: action.elapsedMs,
        segmentCount: job.segmentCount + action.segments.length,
      };
    case 'done':
      return {
        ...job,
        state: 'done',
        duration: action.stats.audio,
        processed: action.stats.audio,
        stats: action.stats,
        warning: action.warning,
      };
    case 'failed':
      return { ...job, state: 'failed', failure: action.failure };
    case 'engine-lost':
      return job.state === 'cancelling'
        ? { ...job, state: 'cancelled' }
        : { ...job, state: 'failed', failure: action.failure };
    case 'cancelled':
      return { ...job, state: 'cancelled' };
    case 'span':
    case 'timings':
    case 'attempt':
    case 'token':
      return job;
  }
}

/** 0 to 1, or null when the length is unknown. */
export function jobProgress(job: Pick<Job, 'duration' | 'processed'>): number | null {
  if (job.duration === null || job.duration === 0) return null;
  return Math.min(1, job.processed / job.duration);
}

/**
 * Time left, milliseconds, from this job's own speed so far. Null before the first window is done
 * (anything shown then would be invented) and when the length is unknown.
 */
export function estimateRemainingMs(job: Pick<Job, 'duration' | 'processed' | 'elapsedMs'>): number | null {
  if (job.duration === null || job.processed === 0) return null;
  const remaining = Math.max(0, job.duration - job.processed);
  return (job.elapsedMs * remaining) / job.processed;
}
