/**
 * What the lines of a job's journal add up to. Nothing is ever changed, only added: the job that is shown while it
 * runs and the one that is read after a crash are made by the same function from the same lines, so they cannot
 * differ. Lines of a kind that is not known (a newer version's) are passed over here and kept in the file.
 */
import * as v from 'valibot';
import { applyEdit, renumber } from './edit/edit.js';
import { FilePathSchema } from './engine-protocol.js';
import type { FilePath } from './engine-protocol.js';
import type { Checkpoint, JobStats } from './events.js';
import { createJob, isFinished, reduceJob } from './job.js';
import type { Job } from './job.js';
import { CreatedSchema, JOURNAL_VERSION, JournalLineSchema } from './journal-lines.js';
import type { CreatedLine, JournalLine } from './journal-lines.js';
import type { Span } from './span.js';
import type { Samples } from './time.js';
import type { Segment } from './transcript.js';

/** What a journal says, all lines together. Changed in place: a long transcript is not copied for each line. */
export interface JobHistory {
  job: Job;
  readonly path: FilePath;
  order: number;
  segments: Segment[];
  spans: Span[];
  /** Within spans of speech; see CommitSchema. */
  skipped: Span[];
  /** Where the job goes on; null: from the beginning. */
  checkpoint: Checkpoint | null;
  isListed: boolean;
}

export function createdLine(job: Job, path: FilePath, order: number): CreatedLine {
  const { id, fileName, options, createdAtMs } = job;
  const stored = typeof path === 'string' ? path : { bytes: [...path] };
  return {
    kind: 'created',
    version: JOURNAL_VERSION,
    id,
    fileName,
    path: stored,
    options,
    createdAtMs,
    order,
  };
}

export function startHistory({ id, fileName, path, options, createdAtMs, order }: CreatedLine): JobHistory {
  return {
    job: createJob(id, fileName, options, createdAtMs),
    path: typeof path === 'string' ? path : v.parse(FilePathSchema, Uint8Array.from(path.bytes)),
    order,
    segments: [],
    spans: [],
    skipped: [],
    checkpoint: null,
    isListed: true,
  };
}

/** Takes one more line. False when it does not fit what is there (an edit of other text): then nothing changed. */
export function extendHistory(history: JobHistory, line: JournalLine): boolean {
  const { job } = history;
  switch (line.kind) {
    case 'created':
      return false;
    case 'opened':
    case 'language':
      history.job = reduceJob(job, { ...line, jobId: job.id });
      return true;
    case 'span':
      addSpan(history, line.span);
      return true;
    case 'commit':
      return addCommit(history, line);
    case 'edit': {
      const edited = applyEdit(history.segments, line.edit);
      if (edited === null) return false;
      history.segments = edited;
      history.job = { ...job, revision: job.revision + 1, segmentCount: edited.length };
      return true;
    }
    case 'moved':
      history.order = line.order;
      return true;
    case 'restarted':
      restart(history, line.options);
      return true;
    case 'resumed':
      history.job = { ...job, state: 'queued', failure: null, warning: null };
      return true;
    case 'options':
      history.job = { ...job, options: line.options };
      return true;
    case 'cancel-asked':
      // Text may still come until the engine has let go.
      if (!isFinished(job)) history.job = { ...job, state: 'cancelling' };
      return true;
    case 'failed':
    case 'cancelled':
      history.job = reduceJob(job, { ...line, jobId: job.id });
      return true;
    case 'done':
      finish(history, line.stats, line.warning);
      return true;
    case 'listed':
      history.isListed = line.isListed;
      return true;
    case 'snapshot':
      history.job = { ...(line.job ?? { ...job, state: 'done' }), id: job.id };
      history.order = line.order;
      history.segments = renumber(line.segments);
      history.spans = [...line.spans];
      history.skipped = [...line.skipped];
      history.checkpoint = line.checkpoint;
      history.isListed = line.isListed;
      return true;
  }
}

/** The fewest lines that make the same history. */
export function compactHistory(history: JobHistory): readonly JournalLine[] {
  const { path, ...rest } = history;
  return [createdLine(history.job, path, history.order), { kind: 'snapshot', ...rest }];
}

/** A job that goes on hears its file from the beginning: what is known already comes again, and is the same. */
export function isKnownSpan({ spans }: Pick<JobHistory, 'spans'>, span: Span): boolean {
  return span.end <= (spans.at(-1)?.end ?? 0);
}

function addSpan(history: JobHistory, span: Span): void {
  if (!isKnownSpan(history, span)) history.spans.push(span);
}

function addCommit(history: JobHistory, line: Extract<JournalLine, { kind: 'commit' }>): boolean {
  if (isFinished(history.job)) return false;
  for (const segment of line.segments) history.segments.push({ ...segment, index: history.segments.length });
  history.skipped.push(...(line.skipped ?? []));
  history.checkpoint = line.checkpoint ?? guessCheckpoint(history, line.processed);
  history.job = {
    ...history.job,
    processed: line.processed,
    elapsedMs: line.elapsedMs,
    segmentCount: history.segments.length,
  };
  return true;
}

/** The place is known, the text before it not as tokens: close, not equal. */
function guessCheckpoint({ job, segments }: JobHistory, processed: Samples): Checkpoint {
  const nothing = { audioMs: 0, melMs: 0, encodeMs: 0, decodeMs: 0, loadMs: 0 };
  const counts = { windows: 0, tokens: 0, retries: 0, firstTokenMs: null };
  return {
    start: processed,
    offset: 0 as Samples,
    previous: [],
    language: job.language,
    firstLanguage: job.language,
    segmentCount: segments.length,
    stats: { audio: processed, totalMs: job.elapsedMs, ...nothing, ...counts },
  };
}

function restart(history: JobHistory, options: Job['options']): void {
  const { id, fileName, createdAtMs, revision, hasAudio } = history.job;
  history.job = { ...createJob(id, fileName, options, createdAtMs), revision: revision + 1, hasAudio };
  history.segments = [];
  history.spans = [];
  history.skipped = [];
  history.checkpoint = null;
}

function finish(history: JobHistory, stats: JobStats | null, warning: string | null): void {
  if (isFinished(history.job)) return;
  const audio = stats?.audio ?? history.job.processed;
  history.job = { ...history.job, state: 'done', duration: audio, processed: audio, stats, warning };
}

export interface Replay {
  readonly history: JobHistory;
  /** Lines that could not be read, in the middle of the file. */
  readonly damagedCount: number;
  /** Whole lines of kinds that are not known, as they stand. */
  readonly unknownLines: readonly string[];
}

/**
 * From the text of a journal, torn or not, to what it says; null when not even its first line can be read, or a
 * newer version wrote it in a form that we do not know.
 */
export function replayJournal(text: string): Replay | null {
  // A crash may have torn the last line.
  const [first = '', ...rest] = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const created = v.safeParse(CreatedSchema, parseJson(first));
  if (!created.success || created.output.version > JOURNAL_VERSION) return null;
  const history = startHistory(created.output);
  const unknownLines: string[] = [];
  let damagedCount = 0;
  for (const line of rest) {
    if (line === '') continue;
    const raw = migrateLine(parseJson(line), created.output.version);
    const parsed = v.safeParse(JournalLineSchema, raw);
    if (parsed.success) damagedCount += extendHistory(history, parsed.output) ? 0 : 1;
    else if (hasUnknownKind(raw)) unknownLines.push(line);
    else damagedCount++;
  }
  // Nobody is left to say that it was.
  if (history.job.state === 'cancelling') history.job = { ...history.job, state: 'cancelled' };
  return { history, damagedCount, unknownLines };
}

/** What brings a line of version n to n + 1, at index n - 1. */
const MIGRATIONS: readonly ((line: unknown) => unknown)[] = [];

export function migrateLine(line: unknown, version: number, migrations = MIGRATIONS): unknown {
  return migrations.slice(version - 1).reduce((current, migrate) => migrate(current), line);
}

const KNOWN_KINDS: ReadonlySet<unknown> = new Set(
  JournalLineSchema.options.map(({ entries }) => entries.kind.literal),
);

function hasUnknownKind(line: unknown): boolean {
  return (
    typeof line === 'object' &&
    line !== null &&
    'kind' in line &&
    typeof line.kind === 'string' &&
    !KNOWN_KINDS.has(line.kind)
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
