// The kernels, written once over vectors of kWidth floats (a power of two, at most 16) with kTileRows rows of
// a product at a time; each kernels_*.cc sets the two for its instruction set and includes this file inside a
// namespace of its own. Vectors are those of GCC and Clang. No header may be included here: an inline function
// of the standard library compiled for AVX-512 could be the one that the linker keeps for all.

typedef float Vector __attribute__((vector_size(kWidth * 4)));
typedef float LooseVector __attribute__((vector_size(kWidth * 4), aligned(4)));
typedef int32_t Integers __attribute__((vector_size(kWidth * 4)));

inline Vector load(const float* p) { return *reinterpret_cast<const LooseVector*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<LooseVector*>(p) = v; }
inline Vector all(float x) { return x - Vector{}; }

// exp(x) for |x| <= 87 to 2 ulp: x = n ln 2 + r, |r| <= ln 2 / 2, by the polynomial of Cephes' expf
// (S. Moshier, Cephes Math Library 2.2, expf.c). Beyond that the result is that of the limit.
inline Vector exponential(Vector x) {
  x = x > -87.0f ? x : all(-87.0f);
  x = x < 87.0f ? x : all(87.0f);
  // 1.5 * 2^23: adding it rounds to a whole number, half to even.
  constexpr float kRound = 12582912.0f;
  const Vector n = (x * 1.44269504088896341f + kRound) - kRound;
  Vector r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  Vector p = all(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const Integers power = (__builtin_convertvector(n, Integers) + 127) << 23;
  return p * reinterpret_cast<Vector>(power);
}

inline Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }
inline Vector hyperbolic_tangent(Vector x) { return 2.0f * sigmoid(2.0f * x) - 1.0f; }

constexpr int kVectors = kPanel / kWidth;
// Vectors of a panel that one tile takes: two, which leaves registers for kTileRows times two sums.
constexpr int kTileVectors = kVectors < 2 ? kVectors : 2;

// Rows that are left over go by so many: one alone waits for its own sums.
constexpr int kRestRows = 4;

template <int kRows>
inline void multiply_tile(const float* x, int64_t x_stride, const float* panel, int count, const float* bias,
                          bool rectify, float* y, int64_t y_stride) {
  Vector sum[kRows][kTileVectors];
  for (int r = 0; r < kRows; r++) {
    for (int v = 0; v < kTileVectors; v++) sum[r][v] = load(bias + v * kWidth);
  }
  for (int k = 0; k < count; k++) {
    Vector w[kTileVectors];
    for (int v = 0; v < kTileVectors; v++) w[v] = load(panel + static_cast<int64_t>(k) * kPanel + v * kWidth);
    for (int r = 0; r < kRows; r++) {
      const Vector value = all(x[r * x_stride + k]);
      for (int v = 0; v < kTileVectors; v++) sum[r][v] = sum[r][v] + value * w[v];
    }
  }
  for (int r = 0; r < kRows; r++) {
    for (int v = 0; v < kTileVectors; v++) {
      const Vector s = sum[r][v];
      store(y + r * y_stride + v * kWidth, rectify ? (s > 0.0f ? s : Vector{}) : s);
    }
  }
}

void multiply(const VoiceRows& x, const VoiceMatrix& w, bool rectify, float* y, int64_t y_stride) {
  const int count = w.end - w.begin;
  for (int n = 0; n < w.outputs; n += kTileVectors * kWidth) {
    const int64_t first = static_cast<int64_t>(n / kPanel) * w.inputs + w.begin;
    const float* panel = w.panels + first * kPanel + n % kPanel;
    const float* bias = w.bias + n;
    int r = 0;
    for (; r + kTileRows <= x.count; r += kTileRows) {
      multiply_tile<kTileRows>(x.at + r * x.stride, x.stride, panel, count, bias, rectify, y + r * y_stride + n,
                               y_stride);
    }
    for (; r + kRestRows <= x.count; r += kRestRows) {
      multiply_tile<kRestRows>(x.at + r * x.stride, x.stride, panel, count, bias, rectify, y + r * y_stride + n,
                               y_stride);
    }
    for (; r < x.count; r++) {
      multiply_tile<1>(x.at + r * x.stride, x.stride, panel, count, bias, rectify, y + r * y_stride + n, y_stride);
    }
  }
}

// Sixteen numbers side by side, one of each spectrum.
struct Lanes {
  Vector v[kSpectra / kWidth];

  static Lanes load(const float* p) {
    Lanes x;
    for (int i = 0; i < kSpectra / kWidth; i++) x.v[i] = *reinterpret_cast<const LooseVector*>(p + i * kWidth);
    return x;
  }
  void store(float* p) const {
    for (int i = 0; i < kSpectra / kWidth; i++) *reinterpret_cast<LooseVector*>(p + i * kWidth) = v[i];
  }
  friend Lanes operator+(Lanes x, const Lanes& y) {
    for (int i = 0; i < kSpectra / kWidth; i++) x.v[i] = x.v[i] + y.v[i];
    return x;
  }
  friend Lanes operator-(Lanes x, const Lanes& y) {
    for (int i = 0; i < kSpectra / kWidth; i++) x.v[i] = x.v[i] - y.v[i];
    return x;
  }
  friend Lanes operator*(Lanes x, const Lanes& y) {
    for (int i = 0; i < kSpectra / kWidth; i++) x.v[i] = x.v[i] * y.v[i];
    return x;
  }
  friend Lanes operator*(Lanes x, float y) {
    for (int i = 0; i < kSpectra / kWidth; i++) x.v[i] = x.v[i] * y;
    return x;
  }
};

constexpr int kHalf = kSpectrumSamples / 2;

// A complex transform of 128 points in place, its input in bit-reversed order (Cooley and Tukey, radix 2).
inline void transform(float (*real)[kSpectra], float (*imaginary)[kSpectra], const SpectrumTables& tables) {
  for (int size = 2; size <= kHalf; size *= 2) {
    const int step = kSpectrumSamples / size;
    for (int j = 0; j < size / 2; j++) {
      const float c = tables.cosines[j * step];
      const float s = -tables.sines[j * step];
      for (int low = j; low < kHalf; low += size) {
        const int high = low + size / 2;
        const Lanes a = Lanes::load(real[high]);
        const Lanes b = Lanes::load(imaginary[high]);
        const Lanes turned_real = a * c - b * s;
        const Lanes turned_imaginary = a * s + b * c;
        const Lanes low_real = Lanes::load(real[low]);
        const Lanes low_imaginary = Lanes::load(imaginary[low]);
        (low_real + turned_real).store(real[low]);
        (low_imaginary + turned_imaginary).store(imaginary[low]);
        (low_real - turned_real).store(real[high]);
        (low_imaginary - turned_imaginary).store(imaginary[high]);
      }
    }
  }
}

// The transform of 256 real samples from one of 128 complex ones: even samples are its real parts, odd ones its
// imaginary parts (Numerical Recipes, 12.3).
void spectra(const float* const* from, const SpectrumTables& tables, float* const* to) {
  alignas(64) float real[kHalf][kSpectra];
  alignas(64) float imaginary[kHalf][kSpectra];
  for (int i = 0; i < kHalf; i++) {
    const int even = 2 * tables.reversed[i];
    for (int lane = 0; lane < kSpectra; lane++) {
      real[i][lane] = from[lane][even] * tables.window[even];
      imaginary[i][lane] = from[lane][even + 1] * tables.window[even + 1];
    }
  }
  transform(real, imaginary, tables);
  for (int k = 0; k < kSpectrumBins; k++) {
    const int here = k % kHalf;
    const int mirror = (kHalf - k) % kHalf;
    const Lanes a = Lanes::load(real[here]);
    const Lanes b = Lanes::load(imaginary[here]);
    const Lanes c = Lanes::load(real[mirror]);
    const Lanes d = Lanes::load(imaginary[mirror]);
    const Lanes even_real = (a + c) * 0.5f;
    const Lanes even_imaginary = (b - d) * 0.5f;
    const Lanes odd_real = (b + d) * 0.5f;
    const Lanes odd_imaginary = (c - a) * 0.5f;
    const float cosine = tables.cosines[k];
    const float sine = -tables.sines[k];
    const Lanes x = even_real + odd_real * cosine - odd_imaginary * sine;
    const Lanes y = even_imaginary + odd_real * sine + odd_imaginary * cosine;
    alignas(64) float squares[kSpectra];
    (x * x + y * y).store(squares);
    for (int lane = 0; lane < kSpectra; lane++) to[lane][k] = __builtin_sqrtf(squares[lane]);
  }
}

void advance(float* gates, const VoiceMatrix& w, float* hidden, float* cell) {
  for (int panel = 0; panel < w.outputs / kPanel; panel++) {
    const float* from = w.panels + static_cast<int64_t>(panel) * w.inputs * kPanel;
    Vector sum[kVectors];
    for (int v = 0; v < kVectors; v++) sum[v] = load(gates + panel * kPanel + v * kWidth);
    for (int k = 0; k < w.inputs; k++) {
      const Vector value = all(hidden[k]);
      for (int v = 0; v < kVectors; v++) sum[v] = sum[v] + value * load(from + k * kPanel + v * kWidth);
    }
    for (int v = 0; v < kVectors; v++) store(gates + panel * kPanel + v * kWidth, sum[v]);
  }
  const int cells = w.inputs;
  for (int i = 0; i < cells; i += kWidth) {
    const Vector input = sigmoid(load(gates + i));
    const Vector forget = sigmoid(load(gates + cells + i));
    const Vector candidate = hyperbolic_tangent(load(gates + 2 * cells + i));
    const Vector output = sigmoid(load(gates + 3 * cells + i));
    const Vector next = forget * load(cell + i) + input * candidate;
    store(cell + i, next);
    store(hidden + i, output * hyperbolic_tangent(next));
  }
}
