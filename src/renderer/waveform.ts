/** Peaks of the recording as columns of pixels, and what became of each stretch. Pure. */
import type { Coverage } from '../shared/span.js';
import type { Peaks } from '../shared/peaks.js';
import type { Segment } from '../shared/transcript.js';

/** Loudest excursion of each column, 0 to 1. */
export function columnsOf({ peaks, samplesPerPeak }: Peaks, duration: number, columns: number): Float32Array {
  const values = new Int8Array(peaks.buffer, peaks.byteOffset, peaks.byteLength);
  const pairs = values.length >> 1;
  const loudest = new Float32Array(columns);
  for (let pair = 0; pair < pairs; pair++) {
    const column = Math.floor((pair * samplesPerPeak * columns) / duration);
    if (column >= columns) break;
    const height = Math.max(Math.abs(values[2 * pair]!), Math.abs(values[2 * pair + 1]!)) / 128;
    if (height > loudest[column]!) loudest[column] = height;
  }
  return loudest;
}

export type StretchKind = 'heard' | 'skipped' | 'retried' | 'failed';

export interface Stretch {
  readonly kind: StretchKind;
  readonly start: number;
  readonly end: number;
}

/** Shorter pauses lie between words and are part of what was transcribed. */
const SHORTEST_SKIPPED = 16_000;

/**
 * What the coverage bar shows: speech was heard; silence and noise were passed over where they are long and no
 * text lies over them; where a segment was decoded again it says so.
 */
export function listStretches(
  spans: readonly Coverage[],
  segments: readonly Pick<Segment, 'start' | 'end' | 'reasons'>[],
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let next = 0;
  for (const { kind, start, end } of spans) {
    while (next < segments.length && segments[next]!.end <= start) next++;
    const segment = segments[next];
    const hasText = segment !== undefined && segment.start < end;
    const isSkipped = (kind === 'silence' || kind === 'noise') && !hasText && end - start >= SHORTEST_SKIPPED;
    stretches.push({ kind: kind === 'failed' ? 'failed' : isSkipped ? 'skipped' : 'heard', start, end });
  }
  for (const { start, end, reasons } of segments) {
    if (reasons?.includes('retried') === true) stretches.push({ kind: 'retried', start, end });
  }
  return stretches;
}

/** A list longer than this helps nobody; the longest are shown. */
const MAX_MISSING = 50;

/** The stretches without text, which can be transcribed after all; in order. */
export function listMissing(stretches: readonly Stretch[]): readonly Stretch[] {
  const missing = stretches.filter(({ kind }) => kind === 'skipped' || kind === 'failed');
  if (missing.length <= MAX_MISSING) return missing;
  const longest = missing.toSorted((a, b) => b.end - b.start - (a.end - a.start)).slice(0, MAX_MISSING);
  return longest.toSorted((a, b) => a.start - b.start);
}
