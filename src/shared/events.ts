/**
 * What the engine says while it works, the same to the app, the command line and the tests.
 *
 * Order for one job:
 *   opened, ( [language], ( attempt, token* )*, commit )*, then one of done | failed | cancelled.
 * `span` comes anywhere after `opened`, ahead of the text; spans are in order and cover the sound without a
 * gap, unless voice activity detection is off: then there are none.
 * `language` comes once, before the first window with sound; a file without any has none. Where languages may
 * change it comes again with each change; the first one is that of the transcript.
 * `timings` comes a few times a second while there is something to tell, and last before `done`.
 * Tokens after an `attempt` are pending: the next `attempt` throws them away (the window is decoded
 * again, hotter) and `commit` replaces them by the window's final segments, which may be none.
 */
import * as v from 'valibot';
import { FailureSchema } from './errors.js';
import { LANGUAGE_CODES } from './languages.js';
import { DECODING_DEVICES } from './options.js';
import { SpanSchema } from './span.js';
import { RunTimingsSchema } from './timing.js';
import { SamplesSchema, SegmentSchema } from './transcript.js';

const job = { jobId: v.string() };

/** Why a window is decoded again. */
export const RETRY_REASONS = [
  'loop',
  'compression-ratio',
  'log-probability',
  'prompt-echo',
  /** The NPU failed; the CPU decodes the window from its beginning. */
  'device-fault',
] as const;

export const OpenedSchema = v.object({
  kind: v.literal('opened'),
  ...job,
  /** Expected length; null when the container does not say (a pipe, for example). */
  duration: v.nullable(SamplesSchema),
  /** Container and codec as a person would name them, e.g. "mp3" or "WAV, 16-bit PCM". */
  format: v.string(),
  /** What decodes, and why that was chosen: "ONNX Runtime on the CPU, 2 threads". */
  backend: v.string(),
  /** The same for programs. Journals of before this was told have none. */
  device: v.exactOptional(v.picklist(DECODING_DEVICES)),
});

export const LanguageSchema = v.object({
  kind: v.literal('language'),
  ...job,
  language: v.picklist(LANGUAGE_CODES),
  /** 1 when the user chose it. */
  probability: v.number(),
});

export const SpanEventSchema = v.object({
  kind: v.literal('span'),
  ...job,
  /** What is heard there; what is not speech is not transcribed. */
  span: SpanSchema,
});

export const AttemptSchema = v.object({
  kind: v.literal('attempt'),
  ...job,
  /** The window that is about to be decoded. */
  windowStart: SamplesSchema,
  windowEnd: SamplesSchema,
  temperature: v.number(),
  /** null on the first attempt at a window. */
  retryReason: v.nullable(v.picklist(RETRY_REASONS)),
});

/** What the decoder might have said instead. */
export const TokenCandidateSchema = v.object({
  id: v.number(),
  /** Empty for timestamps; bytes that are no whole character are shown as U+FFFD. */
  text: v.string(),
  /** 0 to 1, after the decoding rules. */
  probability: v.number(),
});
export type TokenCandidate = v.InferOutput<typeof TokenCandidateSchema>;

export const TokenSchema = v.object({
  kind: v.literal('token'),
  ...job,
  id: v.number(),
  /** Whole characters only: empty until the bytes of a character are complete, and for timestamps. */
  text: v.string(),
  /** Natural logarithm, after the decoding rules. */
  logProbability: v.number(),
  /** For a timestamp token the place it names in the file, else null. */
  timestamp: v.nullable(SamplesSchema),
  /** Wall time since the job started. */
  elapsedMs: v.number(),
  /** Wall time since the token before it, or since the attempt began; left out as the candidates are. */
  latencyMs: v.exactOptional(v.number()),
  /**
   * The most probable tokens that were not taken, for who looks at single tokens. Left out where nobody does,
   * and by searches that weigh several texts at once; at most four.
   */
  alternatives: v.exactOptional(v.array(TokenCandidateSchema)),
});

export const JobStatsSchema = v.object({
  /** Sound that was transcribed. */
  audio: SamplesSchema,
  /** Wall time per stage, milliseconds, measured. */
  totalMs: v.number(),
  loadMs: v.number(),
  audioMs: v.number(),
  melMs: v.number(),
  encodeMs: v.number(),
  decodeMs: v.number(),
  firstTokenMs: v.nullable(v.number()),
  windows: v.number(),
  tokens: v.number(),
  /** Attempts beyond the first of each window. */
  retries: v.number(),
});
export type JobStats = v.InferOutput<typeof JobStatsSchema>;

/**
 * All that is carried from one window to the next: a job that begins here, at the commit it came with, goes on
 * to the same text as if it had never stopped. What is not in it depends on the sound and the options alone
 * (the seeds of retries on the window's place, the voice detector on the sound from the start of the file).
 */
export const CheckpointSchema = v.object({
  /** Where the next window begins; side by side, where the chunk begins that is under way. */
  start: SamplesSchema,
  /** Samples of that chunk that are done; 0 when windows go through the file in order. */
  offset: SamplesSchema,
  /** Tokens of the text before, for the prompt. */
  previous: v.array(v.number()),
  /** Of the text before; null when there is none. */
  language: v.nullable(v.picklist(LANGUAGE_CODES)),
  /** The first one, that of the transcript; null while none was found. */
  firstLanguage: v.nullable(v.picklist(LANGUAGE_CODES)),
  /** Segments told so far. */
  segmentCount: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Spent so far, by all runs of the job together. */
  stats: JobStatsSchema,
});
export type Checkpoint = v.InferOutput<typeof CheckpointSchema>;

export const CommitSchema = v.object({
  kind: v.literal('commit'),
  ...job,
  segments: v.array(SegmentSchema),
  /** Where nobody speaks although there was text, which is not told. Within what a `span` calls speech. */
  skipped: v.exactOptional(v.array(SpanSchema)),
  /** Everything before this sample is done. */
  processed: SamplesSchema,
  elapsedMs: v.number(),
  /** True when the window was judged to hold no speech, so that it has no text. */
  isSilent: v.boolean(),
  checkpoint: CheckpointSchema,
});

export const TimingsSchema = v.object({
  kind: v.literal('timings'),
  ...job,
  /** Totals since the job began; each replaces the one before. */
  timings: RunTimingsSchema,
  /** Wall time of each decoder step since the last of these events. */
  stepsMs: v.array(v.number()),
});

export const DoneSchema = v.object({
  kind: v.literal('done'),
  ...job,
  stats: JobStatsSchema,
  /** Something the user should know although the job succeeded: "the file is cut short", or null. */
  warning: v.nullable(v.string()),
});
export const FailedSchema = v.object({ kind: v.literal('failed'), ...job, failure: FailureSchema });
export const CancelledSchema = v.object({ kind: v.literal('cancelled'), ...job });

export const EngineEventSchema = v.variant('kind', [
  OpenedSchema,
  LanguageSchema,
  SpanEventSchema,
  AttemptSchema,
  TokenSchema,
  CommitSchema,
  TimingsSchema,
  DoneSchema,
  FailedSchema,
  CancelledSchema,
]);
export type EngineEvent = v.InferOutput<typeof EngineEventSchema>;
export type EngineEventKind = EngineEvent['kind'];
export type TokenEvent = v.InferOutput<typeof TokenSchema>;
export type CommitEvent = v.InferOutput<typeof CommitSchema>;

/** Distributes over the union, so that each kind keeps its own fields. */
type WithoutJobId<E> = E extends unknown ? Omit<E, 'jobId'> : never;
/** An event as the stages of one job write it: the job's id is added where it leaves the engine. */
export type JobEvent = WithoutJobId<EngineEvent>;
