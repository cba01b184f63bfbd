/**
 * What the page knows of one job's transcript: segments from main and from the stream, merged by
 * index, and the retries seen. Pure; a missed commit shows as a gap and asks for a new fetch.
 */
import { isFinished } from '../shared/job.js';
import type { Job } from '../shared/job.js';
import type { EngineEvent } from '../shared/events.js';
import { cutOut } from '../shared/coverage.js';
import type { Coverage, Span } from '../shared/span.js';
import type { Samples } from '../shared/time.js';
import type { Segment } from '../shared/transcript.js';

type AttemptEvent = Extract<EngineEvent, { kind: 'attempt' }>;
export type RetryReason = NonNullable<AttemptEvent['retryReason']>;

/** A window that is decoded again. `reason` is null when it happened before this page was loaded. */
export interface Retry {
  readonly temperature: number;
  readonly reason: RetryReason | null;
}

export interface TranscriptEntry {
  /** Counts the runs of this job, so that an answer about an earlier run is told apart. */
  readonly run: number;
  /** In the order of `index`, each once. */
  readonly segments: readonly Segment[];
  /** Of the edits that are in `segments`. */
  readonly revision: number;
  /** What became of each stretch of the recording. */
  readonly spans: readonly Coverage[];
  /** Known to lie within speech, whether or not its span has come. */
  readonly skipped: readonly Span[];
  /** The text here is not what main has: what main answers next replaces it. */
  readonly isStale: boolean;
  readonly retries: ReadonlyMap<Samples, readonly Retry[]>;
  readonly isFetching: boolean;
  /** The job's segmentCount when it was last fetched; null before that. */
  readonly fetchedAtCount: number | null;
  /** Main was asked since the job is over: only then is it known what was not transcribed. */
  readonly isWhole: boolean;
}

export const EMPTY_ENTRY: TranscriptEntry = {
  run: 0,
  segments: [],
  revision: 0,
  spans: [],
  skipped: [],
  isStale: false,
  retries: new Map(),
  isFetching: false,
  fetchedAtCount: null,
  isWhole: false,
};

/** Both lists by index; where both have one, the incoming counts. */
export function mergeSegments(known: readonly Segment[], incoming: readonly Segment[]): readonly Segment[] {
  if (incoming.length === 0) return known;
  const isNext = incoming.every((segment, position) => segment.index === known.length + position);
  if (isNext && !hasGap(known)) return [...known, ...incoming];
  const byIndex = new Map(known.map((segment) => [segment.index, segment]));
  for (const segment of incoming) byIndex.set(segment.index, segment);
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}

export function hasGap(segments: readonly Segment[]): boolean {
  const last = segments.at(-1);
  return last !== undefined && last.index !== segments.length - 1;
}

/** Forgets everything: the job starts again from its beginning. */
export function restartEntry(entry: TranscriptEntry): TranscriptEntry {
  return { ...EMPTY_ENTRY, run: entry.run + 1, fetchedAtCount: 0 };
}

/**
 * The job goes on where it was: what is on the screen stays there, and main is asked for what it has of it. Retries of
 * the window that was interrupted are told again.
 */
export function resumeEntry(entry: TranscriptEntry): TranscriptEntry {
  const committed = new Set(entry.segments.map(({ windowStart }) => windowStart));
  return {
    ...entry,
    run: entry.run + 1,
    retries: new Map([...entry.retries].filter(([windowStart]) => committed.has(windowStart))),
    isStale: true,
    isFetching: false,
    fetchedAtCount: null,
    isWhole: false,
  };
}

export function reduceEntry(entry: TranscriptEntry, event: EngineEvent): TranscriptEntry {
  switch (event.kind) {
    case 'opened':
      return restartEntry(entry);
    case 'attempt': {
      if (event.retryReason === null) return entry;
      const retry = { temperature: event.temperature, reason: event.retryReason };
      const earlier = entry.retries.get(event.windowStart) ?? [];
      return { ...entry, retries: new Map(entry.retries).set(event.windowStart, [...earlier, retry]) };
    }
    case 'commit':
      return skipStretches(
        event.segments.length === 0
          ? entry
          : { ...entry, segments: mergeSegments(entry.segments, event.segments) },
        event.skipped ?? [],
      );
    case 'span':
      return { ...entry, spans: [...entry.spans, ...cutOut([event.span], entry.skipped)] };
    case 'language':
    case 'timings':
    case 'token':
    case 'done':
    case 'failed':
    case 'cancelled':
      return entry;
  }
}

/** They may come before the span that they lie in, which ends when the speech does. */
function skipStretches(entry: TranscriptEntry, skipped: readonly Span[]): TranscriptEntry {
  if (skipped.length === 0) return entry;
  return { ...entry, spans: cutOut(entry.spans, skipped), skipped: [...entry.skipped, ...skipped] };
}

export interface FetchedTranscript {
  readonly revision: number;
  readonly segments: readonly Segment[];
  readonly spans: readonly Coverage[];
}

/**
 * What main answered, unless the job was started again since it was asked. Segments that came by the stream in the
 * meantime stay; an answer that is older than what was edited here is not looked at.
 */
export function acceptFetched(
  entry: TranscriptEntry,
  run: number,
  { revision, segments, spans }: FetchedTranscript,
): TranscriptEntry {
  const rested = { ...entry, isFetching: false };
  if (entry.run !== run || (revision < entry.revision && !entry.isStale)) return rested;
  const isNew = entry.isStale || revision > entry.revision;
  return {
    ...rested,
    revision,
    isStale: false,
    segments: isNew ? segments : mergeSegments(segments, entry.segments),
    spans: spans.length >= entry.spans.length || isNew || entry.isWhole ? spans : entry.spans,
  };
}

/**
 * Whether main must be asked for this job's segments: never asked, a gap, not yet since it is over. Never twice at
 * the same count or end, so that a wrong count cannot turn into a loop.
 */
export function needsFetch(job: Job, entry: TranscriptEntry): boolean {
  if (entry.isFetching) return false;
  if (entry.fetchedAtCount === null) return job.segmentCount > 0 || job.state !== 'queued';
  if (isFinished(job) && !entry.isWhole) return true;
  if (entry.fetchedAtCount === job.segmentCount) return false;
  return hasGap(entry.segments) || (isFinished(job) && entry.segments.length < job.segmentCount);
}

/** The retries to mark above a segment: only above the first of its window. */
export function retriesAbove(
  entry: Pick<TranscriptEntry, 'segments' | 'retries'>,
  position: number,
  startTemperature: number,
): readonly Retry[] {
  const segment = entry.segments[position];
  if (segment === undefined) return [];
  if (entry.segments[position - 1]?.windowStart === segment.windowStart) return [];
  const seen = entry.retries.get(segment.windowStart);
  if (seen !== undefined) return seen;
  return segment.temperature > startTemperature ? [{ temperature: segment.temperature, reason: null }] : [];
}
