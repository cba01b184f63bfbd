/**
 * The lines of a journal, each a thing that happened to a job, as they stand in the file (docs/journal.md). What they
 * add up to is journal.ts. Lines of a kind that is not known (a newer version's) are kept in the file.
 */
import * as v from 'valibot';
import { EditSchema } from './edit/edit.js';
import { FailureSchema } from './errors.js';
import {
  CheckpointSchema,
  CommitSchema,
  JobStatsSchema,
  LanguageSchema,
  OpenedSchema,
  SpanEventSchema,
} from './events.js';
import { JobSchema } from './job.js';
import { SpanSchema } from './span.js';
import { StoredOptionsSchema } from './stored-options.js';
import { SegmentSchema } from './transcript.js';

export const JOURNAL_VERSION = 1;

/** A path; one that is not UTF-8 as its bytes. */
const PathSchema = v.union([
  v.pipe(v.string(), v.minLength(1)),
  v.object({ bytes: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)))) }),
]);

export const CreatedSchema = v.object({
  kind: v.literal('created'),
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  fileName: v.string(),
  path: PathSchema,
  options: StoredOptionsSchema,
  createdAtMs: v.number(),
  /** Jobs are listed from the least to the greatest. */
  order: v.number(),
});
export type CreatedLine = v.InferOutput<typeof CreatedSchema>;

export const JournalLineSchema = v.variant('kind', [
  CreatedSchema,
  v.omit(OpenedSchema, ['jobId']),
  v.omit(LanguageSchema, ['jobId']),
  v.omit(SpanEventSchema, ['jobId']),
  v.object({
    ...v.omit(CommitSchema, ['jobId']).entries,
    // One that cannot be read costs the exactness of what follows, never the text.
    checkpoint: v.fallback(v.nullable(CheckpointSchema), null),
  }),
  v.object({ kind: v.literal('edit'), edit: EditSchema }),
  v.object({ kind: v.literal('moved'), order: v.number() }),
  /** Begins anew: the text before is gone. */
  v.object({ kind: v.literal('restarted'), options: StoredOptionsSchema }),
  /** Goes on where it stopped. */
  v.object({ kind: v.literal('resumed') }),
  /** From here on with these. */
  v.object({ kind: v.literal('options'), options: StoredOptionsSchema }),
  v.object({ kind: v.literal('cancel-asked') }),
  v.object({ kind: v.literal('cancelled') }),
  v.object({ kind: v.literal('failed'), failure: FailureSchema }),
  v.object({
    kind: v.literal('done'),
    stats: v.fallback(v.nullable(JobStatsSchema), null),
    warning: v.nullable(v.string()),
  }),
  /** Taken off the list, or put on it again. */
  v.object({ kind: v.literal('listed'), isListed: v.boolean() }),
  /** Everything the lines before it came to, in their place: what compaction leaves. */
  v.object({
    kind: v.literal('snapshot'),
    job: v.fallback(v.nullable(JobSchema), null),
    order: v.number(),
    segments: v.array(SegmentSchema),
    spans: v.array(SpanSchema),
    skipped: v.optional(v.array(SpanSchema), []),
    checkpoint: v.fallback(v.nullable(CheckpointSchema), null),
    isListed: v.boolean(),
  }),
]);
export type JournalLine = v.InferOutput<typeof JournalLineSchema>;
