/** IEEE 754 binary16, as ggml stores weights and scales: bits in, number out, and back. Pure. */

const FRACTION_BITS = 10;
/** Exponent of the smallest normal number, 2^-14. */
const MINIMUM_EXPONENT = -14;
const LARGEST = 65504;

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

/** The nearest half, ties to even; beyond the largest it is infinity. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  // Halfway between the largest half and the next power of two.
  if (size >= LARGEST + 16) return sign | 0x7c00;
  const exponent = size === 0 ? MINIMUM_EXPONENT : Math.max(MINIMUM_EXPONENT, Math.floor(Math.log2(size)));
  // log2 may be off by one beside a power of two; the carry below makes up for it either way.
  const units = roundToEven(size / 2 ** (exponent - FRACTION_BITS));
  // A subnormal has fewer than 1024 units and exponent field 0; the carry into the exponent is the same sum.
  return sign | (units + ((exponent - MINIMUM_EXPONENT) << FRACTION_BITS));
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
