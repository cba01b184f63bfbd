/**
 * What a stretch of the recording holds: speech, or why it was not transcribed. The spans of a job cover its
 * sound from the first sample to the last, in order, without a gap.
 */
import * as v from 'valibot';
import { SamplesSchema } from './transcript.js';

/** 'noise' is any sound that is not speech: music, machines, applause. */
export const SPAN_KINDS = ['speech', 'silence', 'noise'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export const SpanSchema = v.object({
  kind: v.picklist(SPAN_KINDS),
  start: SamplesSchema,
  /** After `start`. */
  end: SamplesSchema,
});
export type Span = v.InferOutput<typeof SpanSchema>;

/** 'failed': not transcribed, because the job ended before, or because a second try at it failed. */
export const COVERAGE_KINDS = [...SPAN_KINDS, 'failed'] as const;

/** What became of a stretch of the recording, for the coverage bar. In order, without overlap; gaps are yet to come. */
export const CoverageSchema = v.object({ ...SpanSchema.entries, kind: v.picklist(COVERAGE_KINDS) });
export type Coverage = v.InferOutput<typeof CoverageSchema>;
