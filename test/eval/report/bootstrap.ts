/**
 * How sure an error rate is: percentile bootstrap over recordings (B. Efron 1979; M. Bisani and H. Ney,
 * "Bootstrap estimates for confidence intervals in ASR performance evaluation", ICASSP 2004). Recordings are
 * drawn with replacement, as many as there are, and errors and words are summed anew. Pure and seeded.
 */
import { createRandom } from '../../made-sound.js';

export const RESAMPLES = 10_000;
const SEED = 1;
const TAIL = 0.025;

/** Of one recording. */
export interface Tally {
  readonly errors: number;
  /** Words (or characters) of the reference. */
  readonly length: number;
}

export interface Estimate {
  /** Errors over words of all recordings; of a difference, that of the rates. */
  readonly rate: number;
  /** Between these lie 95 % of what was drawn. */
  readonly low: number;
  readonly high: number;
}

export interface Pair {
  readonly first: Tally;
  readonly second: Tally;
}

/** Null without words to count. */
export function estimateRate(tallies: readonly Tally[], resamples = RESAMPLES): Estimate | null {
  return estimate(tallies.length, resamples, (draw) => rateOf(tallies, draw));
}

/**
 * Rate of the first less rate of the second, on the same recordings in each draw, so that what is hard for both
 * does not blur the difference. Null without words to count.
 */
export function estimateDifference(pairs: readonly Pair[], resamples = RESAMPLES): Estimate | null {
  const first = pairs.map((pair) => pair.first);
  const second = pairs.map((pair) => pair.second);
  return estimate(pairs.length, resamples, (draw) => rateOf(first, draw) - rateOf(second, draw));
}

/** Rate of the first over rate of the second, less 1; drawn as `estimateDifference`. Null where the second has no errors. */
export function estimateRelative(pairs: readonly Pair[], resamples = RESAMPLES): Estimate | null {
  const first = pairs.map((pair) => pair.first);
  const second = pairs.map((pair) => pair.second);
  return estimate(pairs.length, resamples, (draw) => rateOf(first, draw) / rateOf(second, draw) - 1);
}

function estimate(
  count: number,
  resamples: number,
  rate: (draw: readonly number[] | Uint32Array) => number,
): Estimate | null {
  const whole = rate(Array.from({ length: count }, (_, i) => i));
  if (!Number.isFinite(whole)) return null;
  const random = createRandom(SEED);
  const draw = new Uint32Array(count);
  const rates = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < count; i++) draw[i] = Math.floor(random() * count);
    return rate(draw);
  });
  // A draw of nothing but recordings without a word has no rate.
  const sorted = rates.filter(Number.isFinite).sort();
  return { rate: whole, low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) };
}

/** NaN when the recordings have no words. */
function rateOf(tallies: readonly Tally[], draw: readonly number[] | Uint32Array): number {
  let errors = 0;
  let length = 0;
  for (const index of draw) {
    const tally = tallies[index]!;
    errors += tally.errors;
    length += tally.length;
  }
  return length === 0 ? Number.NaN : errors / length;
}

/** @param sorted ascending. Between two values linearly, as NumPy does by default. NaN for none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}
