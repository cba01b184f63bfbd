// The log-mel spectrogram of a block of frames, compiled once per instruction set: each mel_block_*.cc
// defines kVectorBytes for its own and includes this file inside a namespace of its own. No header may be
// included here: an inline function of the standard library compiled for AVX-512 could be the one that the
// linker keeps for all.
//
//   samples x window -> complex transform of 200 (radices 5, 5, 8, in place) -> power of 201 bins
//   -> 80 triangles -> log10

constexpr int kLanes = kVectorBytes / 8;
static_assert(kBlockFrames % kLanes == 0, "blocks are whole vectors");

// One value of kLanes frames.
typedef double Reals __attribute__((vector_size(kVectorBytes)));
typedef uint64_t Bits __attribute__((vector_size(kVectorBytes)));
typedef float Floats __attribute__((vector_size(kLanes * 4)));

struct Complex {
  Reals re;
  Reals im;

  friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
  friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
  friend Complex operator*(Complex a, double b) { return {a.re * b, a.im * b}; }
};

[[gnu::always_inline]] inline Complex turn(Complex a, const double* by) {
  return {a.re * by[0] - a.im * by[1], a.re * by[1] + a.im * by[0]};
}

// -i times a.
[[gnu::always_inline]] inline Complex quarter_turn(Complex a) { return {a.im, -a.re}; }

// The discrete Fourier transforms of 5, 4 and 8 values, in place.
[[gnu::always_inline]] inline void transform5(Complex* a) {
  constexpr double kCos1 = 0.30901699437494742410;   // cos(2 pi / 5)
  constexpr double kCos2 = -0.80901699437494742410;  // cos(4 pi / 5)
  constexpr double kSin1 = 0.95105651629515357212;   // sin(2 pi / 5)
  constexpr double kSin2 = 0.58778525229247312917;   // sin(4 pi / 5)
  const Complex outer = a[1] + a[4];
  const Complex inner = a[2] + a[3];
  const Complex outer_difference = a[1] - a[4];
  const Complex inner_difference = a[2] - a[3];
  const Complex even1 = a[0] + outer * kCos1 + inner * kCos2;
  const Complex even2 = a[0] + outer * kCos2 + inner * kCos1;
  const Complex odd1 = quarter_turn(outer_difference * kSin1 + inner_difference * kSin2);
  const Complex odd2 = quarter_turn(outer_difference * kSin2 - inner_difference * kSin1);
  a[0] = a[0] + outer + inner;
  a[1] = even1 + odd1;
  a[2] = even2 + odd2;
  a[3] = even2 - odd2;
  a[4] = even1 - odd1;
}

[[gnu::always_inline]] inline void transform4(Complex* a) {
  const Complex sum = a[0] + a[2];
  const Complex difference = a[0] - a[2];
  const Complex odd_sum = a[1] + a[3];
  const Complex odd_difference = quarter_turn(a[1] - a[3]);
  a[0] = sum + odd_sum;
  a[1] = difference + odd_difference;
  a[2] = sum - odd_sum;
  a[3] = difference - odd_difference;
}

[[gnu::always_inline]] inline void transform8(Complex* a) {
  constexpr double kRoot = 0.70710678118654752440;
  Complex even[4] = {a[0], a[2], a[4], a[6]};
  Complex odd[4] = {a[1], a[3], a[5], a[7]};
  transform4(even);
  transform4(odd);
  // exp(-2 pi i k / 8) times odd[k].
  odd[1] = (odd[1] + quarter_turn(odd[1])) * kRoot;
  odd[2] = quarter_turn(odd[2]);
  odd[3] = (quarter_turn(odd[3]) - odd[3]) * kRoot;
  for (int k = 0; k < 4; k++) {
    a[k] = even[k] + odd[k];
    a[k + 4] = even[k] - odd[k];
  }
}

// The samples of kLanes frames side by side: sample i of frame f, which is sample f * kHopSamples + i of the
// block, is hops[i % kHopSamples][f + i / kHopSamples].
using Hops = float[kHopSamples][kBlockFrames + 2];

[[gnu::always_inline]] inline Reals load_sample(const Hops& hops, int frame, int i) {
  Floats values;
  __builtin_memcpy(&values, &hops[i % kHopSamples][frame + i / kHopSamples], sizeof values);
  return __builtin_convertvector(values, Reals);
}

// Decimation in frequency (Van Loan, Computational Frameworks for the FFT, 1.9), even samples as real parts,
// odd ones as imaginary parts. Leaves bin k at z[place[k]].
inline void transform(const MelTables& tables, const Hops& hops, int frame, Complex* z) {
  for (int j = 0; j < 40; j++) {
    Complex a[5];
    for (int q = 0; q < 5; q++) {
      const int i = 2 * (j + 40 * q);
      a[q] = {load_sample(hops, frame, i) * tables.window[i], load_sample(hops, frame, i + 1) * tables.window[i + 1]};
    }
    transform5(a);
    z[j] = a[0];
    for (int p = 1; p < 5; p++) z[j + 40 * p] = turn(a[p], tables.turns200[j][p - 1]);
  }
  for (int part = 0; part < kTransform; part += 40) {
    for (int j = 0; j < 8; j++) {
      Complex a[5];
      for (int q = 0; q < 5; q++) a[q] = z[part + j + 8 * q];
      transform5(a);
      z[part + j] = a[0];
      for (int p = 1; p < 5; p++) z[part + j + 8 * p] = turn(a[p], tables.turns40[j][p - 1]);
    }
  }
  for (int part = 0; part < kTransform; part += 8) transform8(z + part);
}

// |X[k]|^2 from the transform of the folded samples: X[k] = E[k] + exp(-2 pi i k / 400) O[k] with E and O
// the transforms of the even and odd samples, and X[200 - k] the conjugate of E[k] less that product
// (Numerical Recipes, 3rd ed., 12.3.2). The halves in E and O are in the window.
inline void measure_power(const MelTables& tables, const Complex* z, Reals* power) {
  for (int k = 0; k <= kTransform / 2; k++) {
    const Complex a = z[tables.place[k]];
    const Complex b = z[tables.place[(kTransform - k) % kTransform]];
    const Complex even = {a.re + b.re, a.im - b.im};
    const Complex odd = turn({a.im + b.im, b.re - a.re}, tables.turns400[k]);
    const Complex low = even + odd;
    const Complex high = even - odd;
    power[k] = low.re * low.re + low.im * low.im;
    power[kTransform - k] = high.re * high.re + high.im * high.im;
  }
}

// log10 of normal positive numbers, to 1e-11 and rounding: x = 2^n m with m in [sqrt(1/2), sqrt(2)), and
// ln m = 2 artanh s with s = (m - 1) / (m + 1), |s| < 0.172, by its series up to s^11 (Abramowitz and Stegun,
// Handbook of Mathematical Functions, 4.1.27).
[[gnu::always_inline]] inline Reals log10_of(Reals x) {
  constexpr uint64_t kRootHalf = 0x3fe6a09e667f3bcd;  // sqrt(1/2)
  constexpr uint64_t kOne = 0x3ff0000000000000;
  constexpr uint64_t kTwo52 = 0x4330000000000000;  // 2^52: whole numbers below it fit under its exponent
  constexpr double kLog2 = 0.30102999566398119521;
  constexpr double kScale = 0.86858896380650365530;  // 2 / ln 10
  const Bits bits = reinterpret_cast<Bits>(x);
  const Bits exponent = (bits - kRootHalf + kOne) >> 52;  // n + 1023
  const Reals m = reinterpret_cast<Reals>(bits - (exponent << 52) + kOne);
  const Reals n = reinterpret_cast<Reals>(exponent | kTwo52) - (4503599627370496.0 + 1023.0);
  const Reals s = (m - 1.0) / (m + 1.0);
  const Reals square = s * s;
  Reals series = square * (kScale / 11) + kScale / 9;
  series = series * square + kScale / 7;
  series = series * square + kScale / 5;
  series = series * square + kScale / 3;
  series = series * square + kScale;
  return n * kLog2 + s * series;
}

// Writes the columns of kLanes frames; returns the largest value of each.
inline Reals write_columns(const MelTables& tables, const Reals* power, float* mel) {
  Reals largest = Reals{} + kSilence;
  for (int bin = 0; bin < kMelBins; bin++) {
    const Reals* from = power + tables.first[bin] - tables.begin[bin];
    Reals energy = {};
    for (int i = tables.begin[bin]; i < tables.begin[bin + 1]; i++) energy += from[i] * tables.weights[i];
    const Reals floor = Reals{} + kPowerFloor;
    const Reals value = log10_of(energy > floor ? energy : floor);
    largest = value > largest ? value : largest;
    const Floats rounded = __builtin_convertvector(value, Floats);
    __builtin_memcpy(mel + bin * kWindowFrames, &rounded, sizeof rounded);
  }
  return largest;
}

double compute_block(const MelTables& tables, const float* samples, int count, float* mel) {
  Hops hops;
  for (int i = 0; i < kHopSamples; i++) {
    for (int hop = 0; hop < kBlockFrames + 2; hop++) hops[i][hop] = samples[hop * kHopSamples + i];
  }
  double maximum = kSilence;
  for (int frame = 0; frame < count; frame += kLanes) {
    Complex z[kTransform];
    Reals power[kPowerBins];
    transform(tables, hops, frame, z);
    measure_power(tables, z, power);
    const Reals largest = write_columns(tables, power, mel + frame);
    for (int lane = 0; lane < kLanes && frame + lane < count; lane++) {
      maximum = largest[lane] > maximum ? largest[lane] : maximum;
    }
  }
  return maximum;
}
