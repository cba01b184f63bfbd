/**
 * From the cross-attention of a decoder to how well each token goes with each position of the sound
 * (openai/whisper timing.py, find_alignment). Pure.
 */

/** Cross-attention of the alignment heads in one pass over a window's tokens. */
export interface AlignmentAttention {
  readonly heads: number;
  /** Rows: all tokens that were fed, in order. */
  readonly tokens: number;
  /** Encoder positions of 20 ms. */
  readonly positions: number;
  /** float32 [heads, tokens, positions], after the softmax over positions. */
  readonly weights: Float32Array;
}

/** openai/whisper's medfilt_width. */
export const MEDIAN_WIDTH = 7;

/**
 * Scores float32 [tokens, soundPositions]: weights of each head, brought to a sum of 1 over the positions
 * that hold sound (the softmax over those alone), to mean 0 and standard deviation 1 over the tokens,
 * median-filtered over positions, averaged over heads.
 *
 * @param soundPositions positions that hold sound, from the first on; at most `positions`.
 */
export function scorePositions(attention: AlignmentAttention, soundPositions: number): Float32Array {
  const { heads, tokens, positions, weights } = attention;
  if (weights.length !== heads * tokens * positions || soundPositions > positions) {
    throw new RangeError(`attention of ${heads} x ${tokens} x ${positions} with ${weights.length} weights`);
  }
  const scores = new Float32Array(tokens * soundPositions);
  const head = new Float32Array(tokens * soundPositions);
  const filtered = new Float32Array(soundPositions);
  for (let h = 0; h < heads; h++) {
    for (let token = 0; token < tokens; token++) {
      const from = (h * tokens + token) * positions;
      copyToSumOne(weights.subarray(from, from + soundPositions), head, token * soundPositions);
    }
    standardize(head, tokens, soundPositions);
    for (let token = 0; token < tokens; token++) {
      const row = token * soundPositions;
      filterMedian(head.subarray(row, row + soundPositions), filtered);
      for (let i = 0; i < soundPositions; i++) scores[row + i]! += filtered[i]! / heads;
    }
  }
  return scores;
}

/** A row that has no sum (of zeros, or broken) becomes zeros. */
function copyToSumOne(row: Float32Array, out: Float32Array, at: number): void {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i]!;
  const isUsable = sum > 0 && sum < Infinity;
  for (let i = 0; i < row.length; i++) out[at + i] = isUsable ? row[i]! / sum : 0;
}

/** Each column to mean 0 and population standard deviation 1; a column of equal values to 0. */
function standardize(matrix: Float32Array, rows: number, columns: number): void {
  // Row by row, as the matrix lies in memory.
  const means = new Float64Array(columns);
  const scales = new Float64Array(columns);
  for (let i = 0; i < matrix.length; i += columns) {
    for (let c = 0; c < columns; c++) means[c]! += matrix[i + c]! / rows;
  }
  for (let i = 0; i < matrix.length; i += columns) {
    for (let c = 0; c < columns; c++) {
      const off = matrix[i + c]! - means[c]!;
      scales[c]! += (off * off) / rows;
    }
  }
  for (let c = 0; c < columns; c++) scales[c] = scales[c]! > 0 ? 1 / Math.sqrt(scales[c]!) : 0;
  for (let i = 0; i < matrix.length; i += columns) {
    for (let c = 0; c < columns; c++) matrix[i + c] = (matrix[i + c]! - means[c]!) * scales[c]!;
  }
}

/**
 * Median of 7 neighbours, mirrored at both ends without repeating the end itself (torch's "reflect"). A row
 * of 3 or fewer is left as it is. Numbers must be finite.
 */
export function filterMedian(row: Float32Array, out: Float32Array): void {
  const half = (MEDIAN_WIDTH - 1) / 2;
  const last = row.length - 1;
  if (last < half) {
    out.set(row);
    return;
  }
  const padded = new Float32Array(row.length + 2 * half);
  padded.set(row, half);
  for (let i = 1; i <= half; i++) {
    padded[half - i] = row[i]!;
    padded[half + last + i] = row[last - i]!;
  }
  const sorted = padded.slice(0, MEDIAN_WIDTH).sort();
  out[0] = sorted[half]!;
  for (let i = 1; i <= last; i++) {
    replaceSorted(sorted, padded[i - 1]!, padded[i + MEDIAN_WIDTH - 1]!);
    out[i] = sorted[half]!;
  }
}

/** Takes one value out of a sorted row and puts another in, so that it stays sorted. */
function replaceSorted(sorted: Float32Array, leaving: number, coming: number): void {
  let place = 0;
  while (sorted[place] !== leaving) place++;
  for (; place > 0 && sorted[place - 1]! > coming; place--) sorted[place] = sorted[place - 1]!;
  for (; place + 1 < sorted.length && sorted[place + 1]! < coming; place++)
    sorted[place] = sorted[place + 1]!;
  sorted[place] = coming;
}
