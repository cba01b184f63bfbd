/**
 * Power spectrum of real samples, as many as a power of two. The even samples are the real parts and the odd ones the
 * imaginary parts of a transform of half the length (Numerical Recipes, 3rd ed., 12.3.2), which is radix 2, in place
 * (Cooley and Tukey). Not the one of the log-mel spectrogram (../mel/fft.ts), whose 400 samples cannot tell two tones
 * of a telephone apart. Holds its work space: one instance serves one caller at a time.
 */
export class Fourier {
  readonly #half: number;
  /** Of exp(-2*pi*i * k / size). */
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  /** Where each complex sample goes: the bits of its place in reverse. */
  readonly #places: Uint32Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  /** @param size a power of two, at least 4. */
  constructor(size: number) {
    this.#half = size / 2;
    const angle = (k: number): number => (-2 * Math.PI * k) / size;
    this.#cos = Float64Array.from({ length: this.#half }, (_, k) => Math.cos(angle(k)));
    this.#sin = Float64Array.from({ length: this.#half }, (_, k) => Math.sin(angle(k)));
    this.#places = reverseBits(this.#half);
    this.#re = new Float64Array(this.#half);
    this.#im = new Float64Array(this.#half);
  }

  /** @returns float64 [size / 2], |X[k]|^2 from 0 Hz on, without the last bin. @param samples windowed already. */
  measure(samples: Float64Array): Float64Array {
    for (let i = 0; i < this.#half; i++) {
      this.#re[this.#places[i]!] = samples[2 * i]!;
      this.#im[this.#places[i]!] = samples[2 * i + 1]!;
    }
    for (let length = 2; length <= this.#half; length *= 2) this.#combine(length);
    return this.#split();
  }

  /** Pairs of transforms of half the length become one. */
  #combine(length: number): void {
    const re = this.#re;
    const im = this.#im;
    const half = length / 2;
    const stride = (2 * this.#half) / length;
    for (let k = 0; k < half; k++) {
      const cos = this.#cos[k * stride]!;
      const sin = this.#sin[k * stride]!;
      for (let even = k; even < this.#half; even += length) {
        const odd = even + half;
        const turnedRe = re[odd]! * cos - im[odd]! * sin;
        const turnedIm = re[odd]! * sin + im[odd]! * cos;
        re[odd] = re[even]! - turnedRe;
        im[odd] = im[even]! - turnedIm;
        re[even] = re[even]! + turnedRe;
        im[even] = im[even]! + turnedIm;
      }
    }
  }

  /** X[k] = E[k] + exp(-2*pi*i*k/size) * O[k], with E and O the transforms of the even and odd samples. */
  #split(): Float64Array {
    const re = this.#re;
    const im = this.#im;
    const power = new Float64Array(this.#half);
    for (let k = 0; k < this.#half; k++) {
      const mirror = k === 0 ? 0 : this.#half - k;
      const evenRe = (re[k]! + re[mirror]!) / 2;
      const evenIm = (im[k]! - im[mirror]!) / 2;
      const oddRe = (im[k]! + im[mirror]!) / 2;
      const oddIm = (re[mirror]! - re[k]!) / 2;
      const sumRe = evenRe + this.#cos[k]! * oddRe - this.#sin[k]! * oddIm;
      const sumIm = evenIm + this.#cos[k]! * oddIm + this.#sin[k]! * oddRe;
      power[k] = sumRe * sumRe + sumIm * sumIm;
    }
    return power;
  }
}

function reverseBits(count: number): Uint32Array {
  const places = new Uint32Array(count);
  for (let i = 1; i < count; i++) places[i] = (places[i >> 1]! >> 1) | ((i & 1) === 0 ? 0 : count >> 1);
  return places;
}
