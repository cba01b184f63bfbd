/** IEEE 754 binary16, as ggml stores weights: bits in, number out. Pure. */

const FRACTION_BITS = 10;
/** Exponent of the smallest normal number, 2^-14. */
const MINIMUM_EXPONENT = -14;

/** All 65,536 values by their bits: models have tens of millions of them. */
const VALUES = Float32Array.from({ length: 0x10000 }, (_value, bits) => decodeHalf(bits));

export function halfToNumber(bits: number): number {
  return VALUES[bits]!;
}

function decodeHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> FRACTION_BITS) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** (MINIMUM_EXPONENT - FRACTION_BITS);
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
