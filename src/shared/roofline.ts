/**
 * How close a run came to what its machine allows, by arithmetic: a pass of the decoder must read every weight of
 * the layers once, whatever the number of rows, and cannot be faster than memory gives them. Pure.
 *
 * What attention reads of keys and values is left out, because it depends on the sound and the text; so the bytes
 * are a lower bound and the rates too.
 */
import * as v from 'valibot';
import type { RunModel, RunTimings } from './timing.js';

export const MachineLimitsSchema = v.object({
  threads: v.number(),
  /** Reading 75 MB, more than most caches hold: bytes a second, all threads together, median of five. */
  readBytesPerSecond: v.number(),
  /** Multiply-accumulates of bytes with all operands in registers: a second, all threads, median of five. */
  int8MacsPerSecond: v.number(),
  /** The instructions that reach it. */
  instructions: v.string(),
});
export type MachineLimits = v.InferOutput<typeof MachineLimitsSchema>;

export const DECODER_OPERATIONS = [
  'self-attention',
  'cross-attention',
  'feed-forward',
  'vocabulary',
] as const;
export type DecoderOperation = (typeof DECODER_OPERATIONS)[number];

/**
 * Bytes of int8 weights that one pass reads, all layers together. Self-attention has four matrices of
 * width x width, cross-attention two (its keys and values are made with the window), the feed-forward layer two of
 * width x 4 width, the vocabulary one of its size x width.
 */
export function weightBytes(operation: DecoderOperation, model: RunModel): number {
  const square = model.width * model.width;
  switch (operation) {
    case 'self-attention':
      return 4 * square * model.decoderLayers;
    case 'cross-attention':
      return 2 * square * model.decoderLayers;
    case 'feed-forward':
      return 8 * square * model.decoderLayers;
    case 'vocabulary':
      return model.vocabularySize * model.width;
  }
}

export interface RooflineRow {
  readonly operation: DecoderOperation;
  readonly passes: number;
  readonly bytesPerPass: number;
  readonly msPerPass: number;
  readonly bytesPerSecond: number;
}

/** A row for each operation that ran; none when the backend cannot see inside its layers. */
export function computeRoofline({
  layers,
  model,
}: Pick<RunTimings, 'layers' | 'model'>): readonly RooflineRow[] {
  return DECODER_OPERATIONS.flatMap((operation) => {
    const own = (layers ?? []).filter(
      (timing) => timing.part === 'decoder' && timing.operation === operation,
    );
    const passes = Math.max(0, ...own.map(({ count }) => count));
    const totalMs = own.reduce((sum, timing) => sum + timing.totalMs, 0);
    if (passes === 0 || totalMs <= 0) return [];
    const bytesPerPass = weightBytes(operation, model);
    const msPerPass = totalMs / passes;
    return { operation, passes, bytesPerPass, msPerPass, bytesPerSecond: bytesPerPass / (msPerPass / 1000) };
  });
}
