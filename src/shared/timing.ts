/**
 * Where the time of one run went: what the engine says of it while it works, and the pure arithmetic that the
 * dashboard, the export and the tests share. All times are wall time in milliseconds, measured, unless `isModelled`.
 *
 * Surprising: jobs that run side by side share the steps of one decoder, so that the times by layer are those of
 * all jobs that were at work since this one began; `jobsAtOnce` says whether there were others.
 */
import * as v from 'valibot';
import { SamplesSchema } from './transcript.js';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ms = v.pipe(v.number(), v.finite(), v.minValue(0));

export const MODEL_PARTS = ['encoder', 'decoder'] as const;
export type ModelPart = (typeof MODEL_PARTS)[number];

/** Layer norms and projections count where their result is used. */
export const OPERATIONS = [
  'mel',
  'convolution',
  'self-attention',
  'cross-attention',
  'feed-forward',
  'vocabulary',
  'choice',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export const LayerTimingSchema = v.object({
  part: v.picklist(MODEL_PARTS),
  layer: count,
  operation: v.picklist(OPERATIONS),
  totalMs: ms,
  /** How often it ran. */
  count,
});
export type LayerTiming = v.InferOutput<typeof LayerTimingSchema>;

/** Steps over the sparse vocabulary, and those of them that were run again over the full one. */
export const SparseStepsSchema = v.object({ steps: count, fallbacks: count });
export type SparseSteps = v.InferOutput<typeof SparseStepsSchema>;

/** Sizes of the model that ran, for arithmetic on bytes and operations. */
export const RunModelSchema = v.object({
  id: v.string(),
  width: count,
  decoderLayers: count,
  vocabularySize: count,
});
export type RunModel = v.InferOutput<typeof RunModelSchema>;

export const RunTimingsSchema = v.object({
  /** Since the job began. */
  elapsedMs: ms,
  /** Where this run began: not at 0 when the job went on after a stop, or when a stretch was asked for. */
  began: SamplesSchema,
  /** Everything before this sample is done. */
  processed: SamplesSchema,
  /** What decodes, and why. */
  backend: v.string(),
  model: RunModelSchema,
  /** True when the times by layer come from a model of a device, not from a clock. */
  isModelled: v.boolean(),
  loadMs: ms,
  /** Waiting for sound that was not decoded yet. */
  audioMs: ms,
  melMs: ms,
  encodeMs: ms,
  decodeMs: ms,
  firstTokenMs: v.nullable(ms),
  windows: count,
  tokens: count,
  retries: count,
  /** Since the job began, of all jobs at work; null when the backend cannot see inside its layers. */
  layers: v.nullable(v.array(LayerTimingSchema)),
  /** As `layers`; only where steps go over the NPU's sparse vocabulary. */
  sparse: v.exactOptional(SparseStepsSchema),
  /** Processor time of the engine's process since the job began, all threads. */
  cpuMs: ms,
  /** Resident memory of the engine's process. */
  memoryBytes: count,
  /** Jobs that share the backend now, this one included. */
  jobsAtOnce: count,
});
export type RunTimings = v.InferOutput<typeof RunTimingsSchema>;

/** Of the steps of a job the last so many are kept: 80 minutes of speech, more than a chart can show. */
export const KEPT_STEPS = 20_000;

/** A whole run as it is kept and exported: the last totals, and how long each step of the decoder took. */
export const RunRecordSchema = v.object({
  timings: RunTimingsSchema,
  /** One for each step in which the job had a row: wall time of the step, in order. */
  stepsMs: v.array(ms),
});
export type RunRecord = v.InferOutput<typeof RunRecordSchema>;

/** The record after one more `timings` event: totals replace each other, steps are collected. */
export function extendRecord(before: RunRecord | undefined, { timings, stepsMs }: RunRecord): RunRecord {
  return { timings, stepsMs: [...(before?.stepsMs ?? []), ...stepsMs].slice(-KEPT_STEPS) };
}

/** `now` less what was there `before`; entries that did not move are left out. */
export function subtractLayers(
  now: readonly LayerTiming[],
  before: readonly LayerTiming[],
): readonly LayerTiming[] {
  const known = new Map(before.map((timing) => [keyOf(timing), timing]));
  return now.flatMap((timing) => {
    const earlier = known.get(keyOf(timing));
    const runs = timing.count - (earlier?.count ?? 0);
    if (runs <= 0) return [];
    return { ...timing, totalMs: Math.max(0, timing.totalMs - (earlier?.totalMs ?? 0)), count: runs };
  });
}

function keyOf({ part, layer, operation }: LayerTiming): string {
  return `${part} ${layer} ${operation}`;
}

/**
 * The value below which `share` (0 to 1) of the values lie, by the nearest-rank definition; null of no values.
 * @param sorted ascending.
 */
export function percentile(sorted: readonly number[], share: number): number | null {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[Math.min(rank, sorted.length) - 1] ?? null;
}

export interface Latencies {
  readonly n: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Null when nothing was measured. */
export function summarizeLatencies(stepsMs: readonly number[]): Latencies | null {
  const sorted = stepsMs.toSorted((a, b) => a - b);
  const at = (share: number): number => percentile(sorted, share) ?? 0;
  const longestMs = sorted.at(-1);
  if (longestMs === undefined) return null;
  return { n: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), longestMs };
}

export interface RunRates {
  /** Seconds of sound for a second of wall time; null before anything is done. */
  readonly realTimeFactor: number | null;
  /** Of the time in the decoder alone. */
  readonly tokensPerSecond: number | null;
  /** Processor time over wall time. */
  readonly coresUsed: number | null;
}

export function rateRun(timings: RunTimings, sampleRateHz: number): RunRates {
  const { elapsedMs, decodeMs, tokens, cpuMs, began, processed } = timings;
  const heard = processed - began;
  return {
    realTimeFactor: elapsedMs > 0 && heard > 0 ? heard / sampleRateHz / (elapsedMs / 1000) : null,
    tokensPerSecond: decodeMs > 0 && tokens > 0 ? tokens / (decodeMs / 1000) : null,
    coresUsed: elapsedMs > 0 ? cpuMs / elapsedMs : null,
  };
}

/** Wall time that no stage accounts for: JavaScript between the calls, words, waiting for other jobs. */
export function restMs({ elapsedMs, loadMs, audioMs, melMs, encodeMs, decodeMs }: RunTimings): number {
  return Math.max(0, elapsedMs - loadMs - audioMs - melMs - encodeMs - decodeMs);
}
