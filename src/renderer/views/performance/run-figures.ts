/** A run as the performance view shows it: rows with their numbers and labels. Pure. */
import { SAMPLE_RATE_HZ } from '../../../shared/time.js';
import { MODEL_PARTS, OPERATIONS, rateRun, restMs, summarizeLatencies } from '../../../shared/timing.js';
import type { ModelPart, Operation, RunRecord, RunTimings } from '../../../shared/timing.js';

export const STAGES = ['load', 'audio', 'mel', 'encode', 'decode', 'rest'] as const;
export type Stage = (typeof STAGES)[number];

export function stageTimes(timings: RunTimings): Readonly<Record<Stage, number>> {
  const { loadMs: load, audioMs: audio, melMs: mel, encodeMs: encode, decodeMs: decode } = timings;
  return { load, audio, mel, encode, decode, rest: restMs(timings) };
}

export interface LayerRow {
  readonly part: ModelPart;
  readonly layer: number;
  /** Wall time of one pass, by operation; those that did not run are not there. */
  readonly msPerPass: ReadonlyMap<Operation, number>;
  readonly totalMsPerPass: number;
  readonly passes: number;
}

/** The encoder's layers, then the decoder's, each from the first on. */
export function layerRows({ layers }: Pick<RunTimings, 'layers'>): readonly LayerRow[] {
  return MODEL_PARTS.flatMap((part) => {
    const own = (layers ?? []).filter((timing) => timing.part === part);
    const numbers = [...new Set(own.map(({ layer }) => layer))].sort((a, b) => a - b);
    return numbers.map((layer) => {
      const here = own.filter((timing) => timing.layer === layer);
      const pairs = OPERATIONS.flatMap((operation): [Operation, number][] => {
        const timing = here.find((known) => known.operation === operation);
        return timing === undefined ? [] : [[operation, timing.totalMs / timing.count]];
      });
      return {
        part,
        layer,
        msPerPass: new Map(pairs),
        totalMsPerPass: pairs.reduce((sum, [, ms]) => sum + ms, 0),
        passes: Math.max(0, ...here.map(({ count }) => count)),
      };
    });
  });
}

export const FIGURES = [
  'realTimeFactor',
  'tokensPerSecond',
  'firstTokenMs',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'coresUsed',
  'memoryBytes',
  'elapsedMs',
] as const;
export type Figure = (typeof FIGURES)[number];

/** Null where there is nothing to tell yet. */
export function runFigures({ timings, stepsMs }: RunRecord): Readonly<Record<Figure, number | null>> {
  const latencies = summarizeLatencies(stepsMs);
  return {
    ...rateRun(timings, SAMPLE_RATE_HZ),
    firstTokenMs: timings.firstTokenMs,
    p50Ms: latencies?.p50Ms ?? null,
    p95Ms: latencies?.p95Ms ?? null,
    p99Ms: latencies?.p99Ms ?? null,
    memoryBytes: timings.memoryBytes,
    elapsedMs: timings.elapsedMs,
  };
}

/** For which a higher number is the better one. */
export const HIGHER_IS_BETTER: ReadonlySet<Figure> = new Set(['realTimeFactor', 'tokensPerSecond']);

/**
 * How many times better the second run is than the first in one figure; null where either has none, and for cores,
 * of which more is neither better nor worse.
 */
export function compareFigure(figure: Figure, first: number | null, second: number | null): number | null {
  if (figure === 'coresUsed' || first === null || second === null || first <= 0 || second <= 0) return null;
  return HIGHER_IS_BETTER.has(figure) ? second / first : first / second;
}
