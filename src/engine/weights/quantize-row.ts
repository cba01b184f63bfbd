/**
 * The weights of one output as int8, symmetric: w ≈ scale · q with q from -127 to 127 and the scale chosen so
 * that the largest weight is ±127. In: float32 values. Out: integers, and their scale. Pure.
 */

const LARGEST = 127;

/**
 * The rounded weight is within half a step, scale / 2, of the weight, unless all weights are below 2^-119.
 * @param integers takes as many values as there are weights.
 * @returns the scale, above zero; NaN when a weight is not a finite number.
 */
export function quantizeRow(weights: Float32Array, integers: Int8Array): number {
  let largest = 0;
  for (const weight of weights) {
    if (!Number.isFinite(weight)) return Number.NaN;
    largest = Math.max(largest, Math.abs(weight));
  }
  // The same division in float32 as in the file; a row of nothing, or of next to nothing, has no scale.
  const scale = Math.fround(largest / LARGEST);
  if (scale === 0) {
    integers.fill(0);
    return 1;
  }
  for (let i = 0; i < weights.length; i++) {
    const rounded = Math.round(weights[i]! / scale);
    // A scale at the very end of float32 is rounded coarsely and must not lift the largest beyond the range.
    integers[i] = Math.max(-LARGEST, Math.min(LARGEST, rounded));
  }
  return scale;
}
