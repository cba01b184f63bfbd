/** Medians and ratios of repeated measurements, and how they are written. Pure. */

/** Of an even number of values, the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((first, second) => first - second);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)]!;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/**
 * How many times as fast `ours` is: the median of the ratios run by run. The runs of one round follow each
 * other closely, so noise that lasts longer than a run cancels; it would not in a ratio of medians.
 */
export function medianRatio(theirs: readonly number[], ours: readonly number[]): number {
  const rounds = Math.min(theirs.length, ours.length);
  return median(Array.from({ length: rounds }, (_value, round) => theirs[round]! / ours[round]!));
}

/** Three significant digits, no exponent: 0.0123, 1.23, 12.3, 123, 1234. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(Math.max(digits, 0), 6));
}

export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio)
    ? `${ratio >= 99.5 ? ratio.toFixed(0) : ratio.toFixed(ratio >= 9.95 ? 1 : 2)}x`
    : '-';
}

export function formatShare(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : '-';
}

/** "median (least-most)"; the median alone when there is one value. */
export function formatSpread(values: readonly number[]): string {
  if (values.length < 2) return formatNumber(median(values));
  return `${formatNumber(median(values))} (${formatNumber(Math.min(...values))}-${formatNumber(Math.max(...values))})`;
}
