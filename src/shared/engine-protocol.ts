/**
 * What main and the engine process say to each other. Requests go down; engine events come back.
 * Tokens and attempts go only to the stream port that `connect` hands over (to the renderer), all
 * other events to both, so that a dead renderer loses nothing that main must keep.
 */
import * as v from 'valibot';
import { CheckpointSchema, EngineEventSchema } from './events.js';
import { TranscribeOptionsSchema } from './options.js';

/** A path; bytes when the name is not UTF-8 (Linux allows any byte but / and NUL). */
export const FilePathSchema = v.union([v.pipe(v.string(), v.minLength(1)), v.instance(Uint8Array)]);
export type FilePath = v.InferOutput<typeof FilePathSchema>;

export const EngineRequestSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('transcribe'),
    jobId: v.string(),
    path: FilePathSchema,
    options: TranscribeOptionsSchema,
    /** Where to go on; null: from the beginning. */
    resume: v.nullable(CheckpointSchema),
    /** Where to keep the sound for playback, and its waveform; null: nowhere. */
    sound: v.nullable(v.strictObject({ folder: v.string(), keepsAudio: v.boolean() })),
  }),
  v.strictObject({ kind: v.literal('cancel'), jobId: v.string() }),
  /** Comes with one transferred port, to which every event is streamed from now on. */
  v.strictObject({ kind: v.literal('connect') }),
]);
export type EngineRequest = v.InferOutput<typeof EngineRequestSchema>;

/** What comes up from the engine process. */
export const EngineMessageSchema = v.union([
  /** Sent once, when the engine can take requests. */
  v.object({ kind: v.literal('ready') }),
  EngineEventSchema,
]);
export type EngineMessage = v.InferOutput<typeof EngineMessageSchema>;
