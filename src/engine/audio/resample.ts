/**
 * Any rate from 1 kHz to 768 kHz to 16 kHz, streaming: blocks of mono floats in, blocks out. A
 * low-pass filter (windowed sinc) is evaluated at each output's place in the input.
 *
 * Output sample k is the sound at time k/16000: the filter is symmetric and its delay is taken off.
 * The same samples give the same output, bit for bit, however they are cut into blocks.
 *
 * Filter: sinc with a Kaiser window; order and shape by Kaiser's formulas as in Oppenheim & Schafer,
 * "Discrete-Time Signal Processing", 3rd edition, section 7.5.3 (equations 7.75 and 7.76). Flat to 0.9
 * of the lower of the two Nyquist frequencies, 86 dB down from that frequency on.
 * Rates whose ratio to 16 kHz needs too many filter phases use 512 phases, linearly interpolated
 * (J. O. Smith, "Digital Audio Resampling", ccrma.stanford.edu/~jos/resample: the error is below
 * -100 dB at 512 phases).
 */
import { SAMPLE_RATE_HZ } from '../../shared/time.js';

const STOPBAND_DB = 86;
const KAISER_BETA = 0.1102 * (STOPBAND_DB - 8.7);
const PASSBAND = 0.9;
/** Above these the table of exact phases would be too big. */
const MAX_EXACT_PHASES = 1_024;
const MAX_EXACT_TAPS = 524_288;
const INTERPOLATED_PHASES = 512;

export class Resampler {
  readonly #rateHz: number;
  /** Output k lies at input position k * step / phases, kept as whole samples and a remainder. */
  readonly #phases: number;
  readonly #step: number;
  readonly #filter: Filter;
  /** Input from sample `#firstKept` on. Begins with silence, for the first outputs' left half. */
  #input: Float64Array;
  #inputLength: number;
  #firstKept: number;
  #whole = 0;
  #remainder = 0;
  #received = 0;
  #produced = 0;

  constructor(rateHz: number) {
    if (!Number.isSafeInteger(rateHz) || rateHz <= 0) {
      throw new RangeError(`not a sample rate: ${rateHz}`);
    }
    const divisor = greatestCommonDivisor(rateHz, SAMPLE_RATE_HZ);
    this.#rateHz = rateHz;
    this.#phases = SAMPLE_RATE_HZ / divisor;
    this.#step = rateHz / divisor;
    this.#filter = designFilter(rateHz, this.#phases);
    this.#firstKept = 1 - this.#filter.halfTaps;
    this.#inputLength = this.#filter.halfTaps - 1;
    this.#input = new Float64Array(4 * this.#filter.halfTaps);
  }

  /** Samples of input held back because later outputs need them. */
  get buffered(): number {
    return this.#inputLength;
  }

  push(block: Float32Array): Float32Array {
    this.#received += block.length;
    if (this.#rateHz === SAMPLE_RATE_HZ) {
      return block;
    }
    this.#append(block);
    return this.#produce(Number.POSITIVE_INFINITY);
  }

  /** What is left, so that in total round(input * 16000 / rate) samples came out. */
  finish(): Float32Array {
    if (this.#rateHz === SAMPLE_RATE_HZ) {
      return new Float32Array(0);
    }
    const total = Math.round((this.#received * SAMPLE_RATE_HZ) / this.#rateHz);
    // Rounding may put the last output half a step past the end, hence one step more than the filter.
    this.#append(new Float32Array(this.#filter.halfTaps + Math.ceil(this.#step / this.#phases)));
    return this.#produce(total);
  }

  #append(block: Float32Array): void {
    const needed = this.#inputLength + block.length;
    if (needed > this.#input.length) {
      const larger = new Float64Array(needed);
      larger.set(this.#input.subarray(0, this.#inputLength));
      this.#input = larger;
    }
    this.#input.set(block, this.#inputLength);
    this.#inputLength = needed;
  }

  #produce(total: number): Float32Array {
    const { halfTaps } = this.#filter;
    const available = this.#firstKept + this.#inputLength - halfTaps - 1 - this.#whole;
    const estimate = Math.max(0, Math.ceil(((available + 2) * this.#phases) / this.#step) + 1);
    const output = new Float32Array(Math.min(estimate, total - this.#produced));
    let count = 0;
    while (count < output.length && this.#whole + halfTaps < this.#firstKept + this.#inputLength) {
      const start = this.#whole - halfTaps + 1 - this.#firstKept;
      output[count] = this.#filter.apply(this.#input, start, this.#remainder);
      count += 1;
      this.#remainder += this.#step;
      const carried = Math.floor(this.#remainder / this.#phases);
      this.#whole += carried;
      this.#remainder -= carried * this.#phases;
    }
    this.#produced += count;
    this.#dropUsed();
    return output.subarray(0, count);
  }

  #dropUsed(): void {
    const used = Math.min(this.#whole - this.#filter.halfTaps + 1 - this.#firstKept, this.#inputLength);
    if (used > 0) {
      this.#input.copyWithin(0, used, this.#inputLength);
      this.#inputLength -= used;
      this.#firstKept += used;
    }
  }
}

interface Filter {
  /** Taps on either side of an output's place, in input samples. */
  readonly halfTaps: number;
  /** The filtered value of 2 * halfTaps inputs from `start` on; `remainder` selects the phase. */
  apply(input: Float64Array, start: number, remainder: number): number;
}

function designFilter(rateHz: number, phases: number): Filter {
  const nyquistHz = Math.min(rateHz, SAMPLE_RATE_HZ) / 2;
  const transitionRadians = (2 * Math.PI * (1 - PASSBAND) * nyquistHz) / rateHz;
  const order = (STOPBAND_DB - 8) / (2.285 * transitionRadians);
  // Even, so that the number of taps is a multiple of four.
  const halfTaps = 2 * Math.ceil((order / 2 + 1) / 2);
  const taps = 2 * halfTaps;
  const cutoff = ((1 + PASSBAND) * nyquistHz) / rateHz;
  const isExact = phases <= MAX_EXACT_PHASES && phases * taps <= MAX_EXACT_TAPS;
  const rows = isExact ? phases : INTERPOLATED_PHASES + 1;
  const table = new Float64Array(rows * taps);
  for (let row = 0; row < rows; row += 1) {
    const fraction = row / (isExact ? phases : INTERPOLATED_PHASES);
    fillPhase(table.subarray(row * taps, (row + 1) * taps), fraction, cutoff, order / 2);
  }
  if (isExact) {
    return { halfTaps, apply: (input, start, remainder) => dot(table, remainder * taps, input, start, taps) };
  }
  return {
    halfTaps,
    apply(input, start, remainder) {
      const place = (remainder / phases) * INTERPOLATED_PHASES;
      const row = Math.floor(place);
      const low = dot(table, row * taps, input, start, taps);
      const high = dot(table, (row + 1) * taps, input, start, taps);
      return low + (high - low) * (place - row);
    },
  };
}

/** One phase: the filter at distances (tap - halfTaps + 1 - fraction), scaled to pass DC unchanged. */
function fillPhase(phase: Float64Array, fraction: number, cutoff: number, halfWidth: number): void {
  const halfTaps = phase.length / 2;
  let sum = 0;
  for (let tap = 0; tap < phase.length; tap += 1) {
    const distance = tap - halfTaps + 1 - fraction;
    const ratio = distance / halfWidth;
    const inside = 1 - ratio * ratio;
    const value = inside > 0 ? sinc(cutoff * distance) * besselI0(KAISER_BETA * Math.sqrt(inside)) : 0;
    phase[tap] = value;
    sum += value;
  }
  for (let tap = 0; tap < phase.length; tap += 1) {
    phase[tap] = (phase[tap] ?? 0) / sum;
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of order 0, by its power series; converges to double precision. */
function besselI0(x: number): number {
  const quarterSquare = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k += 1) {
    term *= quarterSquare / (k * k);
    sum += term;
  }
  return sum;
}

/** Four sums, because additions to one would wait for each other; `length` is a multiple of four. */
function dot(
  table: Float64Array,
  tableStart: number,
  input: Float64Array,
  inputStart: number,
  length: number,
): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let place = inputStart;
  for (let tap = tableStart; tap < tableStart + length; tap += 4) {
    a += (table[tap] ?? 0) * (input[place] ?? 0);
    b += (table[tap + 1] ?? 0) * (input[place + 1] ?? 0);
    c += (table[tap + 2] ?? 0) * (input[place + 2] ?? 0);
    d += (table[tap + 3] ?? 0) * (input[place + 3] ?? 0);
    place += 4;
  }
  return a + b + (c + d);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
