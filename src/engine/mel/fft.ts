/**
 * Power spectrum of 400 real samples. 400 = 2^4 * 5^2 is not a power of two, so this is a mixed-radix
 * FFT: the real sequence is folded into a complex one of half the length (even samples real, odd
 * samples imaginary; Numerical Recipes, 3rd ed., 12.3.2), which is transformed by Stockham's self-sorting
 * algorithm with radices 5, 5, 4, 2 (Van Loan, Computational Frameworks for the FFT, 1.7).
 * All arithmetic is float64.
 */

export const FFT_SIZE = 400;
/** Bins 0 to Nyquist. */
export const BIN_COUNT = FFT_SIZE / 2 + 1;

const HALF = FFT_SIZE / 2;
const RADICES = [5, 5, 4, 2] as const;

interface Stage {
  readonly radix: number;
  /** Product of the radices before this stage. */
  readonly done: number;
  /** HALF / (done * radix). */
  readonly rest: number;
  /** exp(-2*pi*i * j*q / (done*radix)) at [(j * radix + q) * 2], for j in [0, done), q in [0, radix). */
  readonly twiddles: Float64Array;
  /** The DFT matrix of the radix: exp(-2*pi*i * p*q / radix) at [(p * radix + q) * 2]. */
  readonly matrix: Float64Array;
}

function unitRoots(rows: number, columns: number, order: number): Float64Array {
  const roots = new Float64Array(rows * columns * 2);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const angle = (-2 * Math.PI * ((row * column) % order)) / order;
      roots[(row * columns + column) * 2] = Math.cos(angle);
      roots[(row * columns + column) * 2 + 1] = Math.sin(angle);
    }
  }
  return roots;
}

function planStages(): Stage[] {
  let done = 1;
  return RADICES.map((radix) => {
    const stage: Stage = {
      radix,
      done,
      rest: HALF / (done * radix),
      twiddles: unitRoots(done, radix, done * radix),
      matrix: unitRoots(radix, radix, radix),
    };
    done *= radix;
    return stage;
  });
}

/** Holds its work space: one instance serves one caller at a time. */
export class PowerSpectrum {
  readonly #stages = planStages();
  readonly #splitRoots = unitRoots(1 + HALF, 2, FFT_SIZE);
  #from = new Float64Array(HALF * 2);
  #to = new Float64Array(HALF * 2);
  readonly #leg = new Float64Array(10);

  /**
   * |X[k]|^2 of `samples` (400 values, already windowed) into `power` (201 values).
   */
  compute(samples: Float64Array, power: Float64Array): void {
    this.#from.set(samples);
    for (const stage of this.#stages) {
      this.#runStage(stage);
      [this.#from, this.#to] = [this.#to, this.#from];
    }
    this.#splitInto(power);
  }

  /** One Stockham pass: input index (q*rest*done + j + k*done...), output self-sorted. */
  #runStage({ radix, done, rest, twiddles, matrix }: Stage): void {
    const from = this.#from;
    const to = this.#to;
    const leg = this.#leg;
    const stride = rest * done;
    for (let k = 0; k < rest; k++) {
      for (let j = 0; j < done; j++) {
        for (let q = 0; q < radix; q++) {
          const source = (q * stride + k * done + j) * 2;
          const t = (j * radix + q) * 2;
          const re = from[source]!;
          const im = from[source + 1]!;
          leg[q * 2] = re * twiddles[t]! - im * twiddles[t + 1]!;
          leg[q * 2 + 1] = re * twiddles[t + 1]! + im * twiddles[t]!;
        }
        for (let p = 0; p < radix; p++) {
          let re = 0;
          let im = 0;
          for (let q = 0; q < radix; q++) {
            const m = (p * radix + q) * 2;
            re += leg[q * 2]! * matrix[m]! - leg[q * 2 + 1]! * matrix[m + 1]!;
            im += leg[q * 2]! * matrix[m + 1]! + leg[q * 2 + 1]! * matrix[m]!;
          }
          const target = (k * done * radix + p * done + j) * 2;
          to[target] = re;
          to[target + 1] = im;
        }
      }
    }
  }

  /** X[k] = E[k] + exp(-2*pi*i*k/400) * O[k], with E and O the transforms of the even and odd samples. */
  #splitInto(power: Float64Array): void {
    const z = this.#from;
    for (let k = 0; k <= HALF; k++) {
      const a = (k % HALF) * 2;
      const b = ((HALF - k) % HALF) * 2;
      const evenRe = (z[a]! + z[b]!) / 2;
      const evenIm = (z[a + 1]! - z[b + 1]!) / 2;
      const oddRe = (z[a + 1]! + z[b + 1]!) / 2;
      const oddIm = (z[b]! - z[a]!) / 2;
      const cos = this.#splitRoots[k * 4 + 2]!;
      const sin = this.#splitRoots[k * 4 + 3]!;
      const re = evenRe + cos * oddRe - sin * oddIm;
      const im = evenIm + cos * oddIm + sin * oddRe;
      power[k] = re * re + im * im;
    }
  }
}
