/**
 * The whole surface between renderer and main: one row per call, with the schema of its request and
 * of its reply. Main validates requests, the preload passes them on, types come from here alone.
 */
import * as v from 'valibot';
import { FailureSchema } from './errors.js';
import type { Failure } from './errors.js';
import { EXPORT_FORMATS } from './export/formats.js';
import { JobSchema } from './job.js';
import { TranscribeOptionsSchema } from './options.js';
import { SegmentSchema } from './transcript.js';

const jobId = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const done = v.object({ ok: v.literal(true) });
const failed = v.object({ ok: v.literal(false), failure: FailureSchema });
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

export const ModelStatusSchema = v.object({
  id: v.string(),
  name: v.string(),
  /** 'unverified' until its hashes were compared in this installation. */
  state: v.picklist(['ready', 'missing', 'corrupt', 'fetching']),
  failure: v.nullable(FailureSchema),
  /** While fetching: 0 to 1. */
  progress: v.nullable(v.number()),
});
export type ModelStatus = v.InferOutput<typeof ModelStatusSchema>;

export const AppInfoSchema = v.object({
  version: v.string(),
  homeFolder: v.string(),
  isFfmpegInstalled: v.boolean(),
});
export type AppInfo = v.InferOutput<typeof AppInfoSchema>;

const exportResult = v.variant('status', [
  v.object({ status: v.literal('saved'), path: v.string() }),
  /** The user closed the dialog. */
  v.object({ status: v.literal('dismissed') }),
  v.object({ status: v.literal('failed'), failure: FailureSchema }),
]);
export type ExportResult = v.InferOutput<typeof exportResult>;

export const CONTRACT = {
  'app.info': { request: v.null(), reply: AppInfoSchema },
  /** Queues files and starts at once; folders become the media files in them. */
  'jobs.add': {
    request: v.strictObject({
      paths: v.pipe(v.array(path), v.minLength(1), v.maxLength(10_000)),
      options: TranscribeOptionsSchema,
    }),
    reply: v.array(JobSchema),
  },
  /** Opens the file dialog and queues what is chosen. */
  'jobs.browse': {
    request: v.strictObject({ options: TranscribeOptionsSchema }),
    reply: v.array(JobSchema),
  },
  'jobs.list': { request: v.null(), reply: v.array(JobSchema) },
  'jobs.segments': { request: v.strictObject({ id: jobId }), reply: v.array(SegmentSchema) },
  'jobs.cancel': { request: v.strictObject({ id: jobId }), reply: done },
  /** Puts a failed, cancelled or finished job back into the queue, from its beginning. */
  'jobs.retry': {
    request: v.strictObject({ id: jobId, options: TranscribeOptionsSchema }),
    reply: v.variant('ok', [done, failed]),
  },
  'jobs.remove': { request: v.strictObject({ id: jobId }), reply: done },
  /** Asks where, then writes the transcript. */
  'jobs.export': {
    request: v.strictObject({ id: jobId, format: v.picklist(EXPORT_FORMATS) }),
    reply: exportResult,
  },
  /** Puts the transcript's plain text on the clipboard. */
  'jobs.copy': { request: v.strictObject({ id: jobId }), reply: done },
  /** Shows an exported file in the file manager. Only paths that `jobs.export` wrote are taken. */
  'jobs.reveal': { request: v.strictObject({ path }), reply: done },
  'models.status': { request: v.null(), reply: v.array(ModelStatusSchema) },
  /** Fetches what is missing or damaged, from the catalogue's sources in order. */
  'models.repair': { request: v.strictObject({ id: v.string() }), reply: v.variant('ok', [done, failed]) },
  /** Takes the model from a folder on disk that the user chooses. */
  'models.import': { request: v.strictObject({ id: v.string() }), reply: v.variant('ok', [done, failed]) },
} as const;

export type CallName = keyof typeof CONTRACT;
export type CallRequest<N extends CallName> = v.InferInput<(typeof CONTRACT)[N]['request']>;
export type CallReply<N extends CallName> = v.InferOutput<(typeof CONTRACT)[N]['reply']>;

/** How a reply travels from main to the preload, which turns a failure into a rejected promise. */
export type CallOutcome<N extends CallName> =
  { readonly ok: true; readonly reply: CallReply<N> } | { readonly ok: false; readonly failure: Failure };

export const CALL_NAMES = Object.keys(CONTRACT) as CallName[];

/** Pushed from main to the renderer, beside the engine's stream port. */
export const PUSHES = {
  /** The whole list, whenever a job changes; at most ten times a second. */
  'jobs.changed': v.array(JobSchema),
  'models.changed': v.array(ModelStatusSchema),
  /** Something the user must see that belongs to no job: "the engine stopped and was started again". */
  notice: FailureSchema,
} as const;
export type PushName = keyof typeof PUSHES;
export type PushPayload<N extends PushName> = v.InferOutput<(typeof PUSHES)[N]>;

/**
 * How the engine's stream port reaches the page: preload receives it on this channel and posts it to
 * its own window under the same name.
 */
export const STREAM_PORT_CHANNEL = 'engine-stream-port';
