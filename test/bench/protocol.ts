/** What the benchmark and its child processes say to each other over Node's IPC. */
import * as v from 'valibot';

/** `rows` sequences that share `windows` windows evenly. */
export const BatchSchema = v.object({ rows: v.number(), windows: v.number() });
export type Batch = v.InferOutput<typeof BatchSchema>;

export const RequestSchema = v.variant('kind', [
  v.object({ kind: v.literal('load'), paths: v.array(v.string()) }),
  v.object({ kind: v.literal('transcribe'), paths: v.array(v.string()) }),
  /** One encoder pass over 30 s of the file. */
  v.object({ kind: v.literal('encode'), path: v.string() }),
  /** Decoder steps of a batch over windows of the file. */
  v.object({ kind: v.literal('decode'), path: v.string(), batch: BatchSchema, steps: v.number() }),
  v.object({ kind: v.literal('close') }),
]);
export type Request = v.InferOutput<typeof RequestSchema>;

export const ReplySchema = v.variant('kind', [
  v.object({ kind: v.literal('ready'), description: v.string() }),
  v.object({
    kind: v.literal('done'),
    texts: v.array(v.string()),
    /** Wall time of the work itself; for decoder steps, of one step. */
    ms: v.number(),
    /** User and system time of the whole process meanwhile. */
    cpuMs: v.number(),
    /** When the first token was there, milliseconds since the epoch; null where that is not asked. */
    firstTokenAt: v.nullable(v.number()),
    /** Largest resident set since the process began. */
    peakBytes: v.number(),
  }),
  v.object({ kind: v.literal('failed'), message: v.string() }),
]);
export type Reply = v.InferOutput<typeof ReplySchema>;
export type DoneReply = Extract<Reply, { kind: 'done' }>;

/** What a child needs to open its engine; the last argument of its command line, as JSON. */
export const WorkerSettingSchema = v.object({
  engine: v.string(),
  /** `files` goes through the engine's own door; `parts` reaches its encoder and decoder. */
  role: v.picklist(['files', 'parts']),
  threads: v.number(),
  batchSize: v.number(),
  resourcesFolder: v.string(),
  modelsFolder: v.string(),
  /** Folder with the peer's addon and models, or null when there is none. */
  whisperCppFolder: v.nullable(v.string()),
});
export type WorkerSetting = v.InferOutput<typeof WorkerSettingSchema>;

/** Milliseconds since the epoch with a fraction; the same clock in every process of the machine. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
