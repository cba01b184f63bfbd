/** A transcript of the library as it is listed. */
import * as v from 'valibot';
import { JOB_STATES } from './job.js';
import { LANGUAGE_CODES } from './languages.js';
import { SamplesSchema } from './transcript.js';

export const LibraryEntrySchema = v.object({
  /** The job's. */
  id: v.string(),
  fileName: v.string(),
  state: v.picklist(JOB_STATES),
  createdAtMs: v.number(),
  duration: v.nullable(SamplesSchema),
  language: v.nullable(v.picklist(LANGUAGE_CODES)),
  segmentCount: v.number(),
  /** The beginning of the text or, with a query, the text around its first match. */
  snippet: v.object({
    text: v.string(),
    /** Where in `text` the match is, in UTF-16 code units; null when the name matched or nothing was asked. */
    match: v.nullable(v.object({ from: v.number(), to: v.number() })),
  }),
});
export type LibraryEntry = v.InferOutput<typeof LibraryEntrySchema>;
