/**
 * The whole surface between renderer and main: one row per call, with the schema of its request and
 * of its reply. Main validates requests, the preload passes them on, types come from here alone.
 */
import * as v from 'valibot';
import { DoctorReportSchema } from './doctor.js';
import { EditSchema } from './edit/edit.js';
import { FailureSchema } from './errors.js';
import type { Failure } from './errors.js';
import { EXPORT_FORMATS } from './export/formats.js';
import { JobSchema } from './job.js';
import { LibraryEntrySchema } from './library.js';
import { TranscribeOptionsSchema } from './options.js';
import { PeaksSchema } from './peaks.js';
import { MachineLimitsSchema } from './roofline.js';
import { SettingsPatchSchema, SettingsSchema } from './settings.js';
import { ShapeOptionsSchema } from './shape/options.js';
import { CoverageSchema } from './span.js';
import { RunRecordSchema } from './timing.js';
import { SamplesSchema, SegmentSchema } from './transcript.js';

const jobId = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const done = v.object({ ok: v.literal(true) });
const failed = v.object({ ok: v.literal(false), failure: FailureSchema });
const doneOrFailed = v.variant('ok', [done, failed]);
const revision = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** As the catalogue's own ids are. */
const modelId = v.pipe(v.string(), v.maxLength(41), v.regex(/^[a-z0-9][a-z0-9.-]*$/));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

/** 'npu' is listed so that the page can say why it does not run. */
export const MODEL_DEVICES = ['cpu', 'onnx', 'npu'] as const;

const ModelDownloadSchema = v.object({
  receivedBytes: v.number(),
  totalBytes: v.number(),
  /** Over the last seconds; null before there is anything to measure. */
  bytesPerSecond: v.nullable(v.number()),
  remainingMs: v.nullable(v.number()),
  /** What the network does to it: that it is tried again, or from another source. */
  note: v.nullable(v.string()),
});
export type ModelDownload = v.InferOutput<typeof ModelDownloadSchema>;

export const ModelStatusSchema = v.object({
  id: v.string(),
  name: v.string(),
  state: v.picklist(['ready', 'missing', 'corrupt', 'fetching']),
  failure: v.nullable(FailureSchema),
  /** While fetching: 0 to 1, or null while it is not known, as when files are checked. */
  progress: v.nullable(v.number()),
  /** While bytes come over the network. */
  download: v.nullable(ModelDownloadSchema),
  /** Of a model that is not complete: what is here already and will not be fetched again. */
  keptBytes: v.number(),
  /** Of all its files. */
  sizeBytes: v.number(),
  /** Where the model itself can run; `reason` says why not, null that it can. What the machine has, the doctor says. */
  devices: v.array(v.object({ device: v.picklist(MODEL_DEVICES), reason: v.nullable(v.string()) })),
});
export type ModelStatus = v.InferOutput<typeof ModelStatusSchema>;

export const AppInfoSchema = v.object({
  version: v.string(),
  homeFolder: v.string(),
  isFfmpegInstalled: v.boolean(),
  /** Bundled speech, for the self-test of the first start. */
  samplePath: v.string(),
  /** Where transcripts live now. */
  libraryFolder: v.string(),
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
  'jobs.segments': {
    request: v.strictObject({ id: jobId }),
    reply: v.object({ revision, segments: v.array(SegmentSchema), spans: v.array(CoverageSchema) }),
  },
  /**
   * Changes the transcript. Refused, with nothing lost, when `revision` is not the latest or the edit does not
   * fit: then ask `jobs.segments` again. Segments that a running job appends do not count as a revision.
   */
  'jobs.edit': {
    request: v.strictObject({ id: jobId, revision, edit: EditSchema }),
    reply: v.variant('ok', [v.object({ ok: v.literal(true), revision }), failed]),
  },
  /** Transcribes one stretch again, whatever it holds; the result comes as a `transcript.changed` of label 'span'. */
  'jobs.retrySpan': {
    request: v.pipe(
      v.strictObject({ id: jobId, start: SamplesSchema, end: SamplesSchema }),
      v.check(({ start, end }) => end > start, 'the stretch ends before it begins'),
    ),
    reply: doneOrFailed,
  },
  /** Goes on with a cancelled or failed job where it stopped. */
  'jobs.resume': { request: v.strictObject({ id: jobId }), reply: doneOrFailed },
  /** Moves a job in the list before another one; null: to the end. */
  'jobs.reorder': { request: v.strictObject({ id: jobId, before: v.nullable(jobId) }), reply: done },
  'jobs.cancel': { request: v.strictObject({ id: jobId }), reply: done },
  /** Puts a failed, cancelled or finished job back into the queue, from its beginning. */
  'jobs.retry': {
    request: v.strictObject({ id: jobId, options: TranscribeOptionsSchema }),
    reply: doneOrFailed,
  },
  /** Takes it off the list. Its transcript stays in the library; without text nothing stays. */
  'jobs.remove': { request: v.strictObject({ id: jobId }), reply: done },
  /** Asks where, then writes the transcript. */
  'jobs.export': {
    request: v.strictObject({
      id: jobId,
      format: v.picklist(EXPORT_FORMATS),
      shape: v.nullable(ShapeOptionsSchema),
    }),
    reply: exportResult,
  },
  /** The beginning of what `jobs.export` would write; of docx the text alone. */
  'jobs.preview': {
    request: v.strictObject({
      id: jobId,
      format: v.picklist(EXPORT_FORMATS),
      shape: v.nullable(ShapeOptionsSchema),
    }),
    reply: v.object({ text: v.string(), isCut: v.boolean() }),
  },
  /** The waveform so far; null when there is none. */
  'jobs.peaks': { request: v.strictObject({ id: jobId }), reply: v.nullable(PeaksSchema) },
  /** Where its time went, so far or in all; null when it was not measured. */
  'jobs.timings': { request: v.strictObject({ id: jobId }), reply: v.nullable(RunRecordSchema) },
  /** Asks where, then writes the same as JSON. */
  'jobs.exportTimings': { request: v.strictObject({ id: jobId }), reply: exportResult },
  /** Measures what this machine allows; refused while a job runs, because both would be wrong. */
  'bench.run': {
    request: v.null(),
    reply: v.variant('ok', [v.object({ ok: v.literal(true), limits: MachineLimitsSchema }), failed]),
  },
  /** Puts the transcript's plain text on the clipboard. */
  'jobs.copy': { request: v.strictObject({ id: jobId }), reply: done },
  /** Shows an exported file in the file manager. Only paths that `jobs.export` wrote are taken. */
  'jobs.reveal': { request: v.strictObject({ path }), reply: done },
  'models.status': { request: v.null(), reply: v.array(ModelStatusSchema) },
  /** Fetches what is missing or damaged, from the catalogue's sources in order. */
  'models.repair': { request: v.strictObject({ id: modelId }), reply: doneOrFailed },
  /** What this machine has and lacks; takes up to some seconds. */
  'doctor.run': { request: v.null(), reply: DoctorReportSchema },
  /** Takes the model from a folder on disk that the user chooses. */
  'models.import': { request: v.strictObject({ id: modelId }), reply: doneOrFailed },
  /** Stops a download; what arrived is kept, and the next try goes on with it. */
  'models.cancel': { request: v.strictObject({ id: modelId }), reply: done },
  /** Deletes the model's files. */
  'models.remove': { request: v.strictObject({ id: modelId }), reply: doneOrFailed },
  /** Transcripts of all times, newest first; with a query only those whose name or text holds it. */
  'library.list': {
    request: v.strictObject({ query: v.nullable(v.pipe(v.string(), v.maxLength(1000))) }),
    reply: v.array(LibraryEntrySchema),
  },
  /** Puts a transcript into the job list, as it ended. */
  'library.open': {
    request: v.strictObject({ id: jobId }),
    reply: v.variant('ok', [v.object({ ok: v.literal(true), job: JobSchema }), failed]),
  },
  /** Deletes its folder with all that is in it, for good; takes it off the job list too. */
  'library.delete': { request: v.strictObject({ id: jobId }), reply: doneOrFailed },
  /** Shows its folder in the file manager. */
  'library.reveal': { request: v.strictObject({ id: jobId }), reply: done },
  'settings.get': { request: v.null(), reply: SettingsSchema },
  'settings.set': { request: v.strictObject({ patch: SettingsPatchSchema }), reply: SettingsSchema },
  /** Opens the folder dialog; transcripts that are elsewhere stay there, and stay in the library. */
  'settings.browseLibrary': { request: v.null(), reply: SettingsSchema },
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
  /**
   * An edit was made, by this window or by main. One that does not follow the revision the page has means that
   * the page missed something and asks `jobs.segments` again.
   */
  'transcript.changed': v.object({ id: jobId, revision, edit: EditSchema }),
  'models.changed': v.array(ModelStatusSchema),
  'settings.changed': SettingsSchema,
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
