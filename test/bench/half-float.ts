/** A number as IEEE 754 binary16, as ggml stores scales; src/engine/weights/half-float.ts is the way back. Pure. */

const FRACTION_BITS = 10;
/** Exponent of the smallest normal number, 2^-14. */
const MINIMUM_EXPONENT = -14;
const LARGEST = 65504;

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
