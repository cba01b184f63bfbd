// The kernels, written once over sixteen lanes of float (`F16`) and one integer tile product, and
// compiled once per instruction set: each kernels_*.cc defines F16 and `tile` for its own and includes
// this file inside a namespace of its own.
//
// F16 offers: load, store, set (all lanes), +, -, *, /, max, min, abs, round_half_even, and
// exponent(n) = 2^n for integral lanes in [-126, 127]. No header may be included here: an inline function of the
// standard library compiled for AVX-512 could be the one that the linker keeps for all.

// A row no larger than this counts as zero: the inverse of its scale could be infinite.
constexpr float kSmallest = 1e-30f;

inline float reduce_add(F16 v) {
  float lanes[kLanes];
  v.store(lanes);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) lanes[i] = lanes[i] + lanes[i + width];
  }
  return lanes[0];
}

inline float reduce_max(F16 v) {
  float lanes[kLanes];
  v.store(lanes);
  float result = lanes[0];
  for (int i = 1; i < kLanes; i++) result = lanes[i] > result ? lanes[i] : result;
  return result;
}

// exp(x) for x <= 0 to 2 ulp: x = n ln 2 + r, |r| <= ln 2 / 2, by the polynomial of Cephes' expf
// (S. Moshier, Cephes Math Library 2.2, expf.c). Below -87 the result is that of -87: 1e-38.
inline F16 exponential(F16 x) {
  x = F16::max(x, F16::set(-87.0f));
  const F16 n = F16::round_half_even(x * F16::set(1.44269504088896341f));
  F16 r = x - n * F16::set(0.693359375f);
  r = r - n * F16::set(-2.12194440e-4f);
  F16 p = F16::set(1.9875691500e-4f);
  p = p * r + F16::set(1.3981999507e-3f);
  p = p * r + F16::set(8.3334519073e-3f);
  p = p * r + F16::set(4.1665795894e-2f);
  p = p * r + F16::set(1.6666665459e-1f);
  p = p * r + F16::set(5.0000001201e-1f);
  p = p * (r * r) + r + F16::set(1.0f);
  return p * F16::exponent(n);
}

// erf(x) to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
inline F16 error_function(F16 x) {
  const F16 a = F16::abs(x);
  const F16 t = F16::set(1.0f) / (F16::set(1.0f) + F16::set(0.3275911f) * a);
  F16 p = F16::set(1.061405429f);
  p = p * t + F16::set(-1.453152027f);
  p = p * t + F16::set(1.421413741f);
  p = p * t + F16::set(-0.284496736f);
  p = p * t + F16::set(0.254829592f);
  const F16 y = F16::set(1.0f) - p * t * exponential(F16::set(0.0f) - a * a);
  return F16::copy_sign(y, x);
}

inline int8_t to_int8(float value) { return static_cast<int8_t>(static_cast<int32_t>(value)); }

void quantize(const float* x, int rows, int columns, int x_stride, int8_t* q, int q_stride, float* scale,
              int32_t* sum) {
  for (int r = 0; r < rows; r++) {
    const float* from = x + static_cast<int64_t>(r) * x_stride;
    int8_t* to = q + static_cast<int64_t>(r) * q_stride;
    F16 largest = F16::set(0.0f);
    for (int i = 0; i < columns; i += kLanes) largest = F16::max(largest, F16::abs(F16::load(from + i)));
    const float maximum = reduce_max(largest);
    const float inverse = maximum > kSmallest ? 127.0f / maximum : 0.0f;
    const F16 factor = F16::set(inverse);
    for (int i = 0; i < columns; i += kLanes) F16::round_half_even(F16::load(from + i) * factor).store_int8(to + i);
    int32_t total = 0;
    for (int i = 0; i < columns; i++) total += to[i];
    sum[r] = total;
    scale[r] = maximum > kSmallest ? maximum / 127.0f : 0.0f;
  }
}

void layer_norm(const float* x, int rows, int columns, const float* gain, const float* bias, float* y) {
  for (int r = 0; r < rows; r++) {
    const float* from = x + static_cast<int64_t>(r) * columns;
    float* to = y + static_cast<int64_t>(r) * columns;
    F16 total = F16::set(0.0f);
    for (int i = 0; i < columns; i += kLanes) total = total + F16::load(from + i);
    const float count = static_cast<float>(columns);
    const F16 mean = F16::set(reduce_add(total) / count);
    F16 squares = F16::set(0.0f);
    for (int i = 0; i < columns; i += kLanes) {
      const F16 d = F16::load(from + i) - mean;
      squares = squares + d * d;
    }
    const F16 inverse = F16::set(1.0f / __builtin_sqrtf(reduce_add(squares) / count + 1e-5f));
    for (int i = 0; i < columns; i += kLanes) {
      const F16 normal = (F16::load(from + i) - mean) * inverse;
      (normal * F16::load(gain + i) + F16::load(bias + i)).store(to + i);
    }
  }
}

void gelu(float* x, int count) {
  const F16 half = F16::set(0.5f);
  const F16 root = F16::set(0.70710678118654752f);
  for (int i = 0; i < count; i += kLanes) {
    const F16 v = F16::load(x + i);
    (half * v * (F16::set(1.0f) + error_function(v * root))).store(x + i);
  }
}

float maximum(const float* x, int count) {
  float result = -__builtin_inff();
  int i = 0;
  if (count >= kLanes) {
    F16 largest = F16::load(x);
    for (i = kLanes; i + kLanes <= count; i += kLanes) largest = F16::max(largest, F16::load(x + i));
    result = reduce_max(largest);
  }
  for (; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

void exponentials(float* x, int rows, int stride, int count, float* sum) {
  for (int r = 0; r < rows; r++) {
    float* row = x + static_cast<int64_t>(r) * stride;
    const int padded = (count + kLanes - 1) / kLanes * kLanes;
    const F16 shift = F16::set(maximum(row, count));
    for (int i = count; i < padded; i++) row[i] = -__builtin_inff();
    F16 total = F16::set(0.0f);
    for (int i = 0; i < padded; i += kLanes) {
      F16 e = exponential(F16::load(row + i) - shift);
      if (i + kLanes > count) e = F16::keep_first(e, count - i);
      e.store(row + i);
      total = total + e;
    }
    sum[r] = reduce_add(total);
  }
}

float sum_exponentials(const float* x, int count, float shift) {
  const F16 s = F16::set(shift);
  F16 total = F16::set(0.0f);
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) total = total + exponential(F16::min(F16::load(x + i) - s, F16::set(0.0f)));
  if (i < count) {
    float rest[kLanes] = {};
    __builtin_memcpy(rest, x + i, sizeof(float) * static_cast<unsigned>(count - i));
    const F16 e = exponential(F16::min(F16::load(rest) - s, F16::set(0.0f)));
    total = total + F16::keep_first(e, count - i);
  }
  return reduce_add(total);
}

void quantize_planes(const float* v, int rows, int stride, int count, const float* factors, int8_t* q, int q_stride,
                     float* scale, int32_t* sum) {
  const int padded = (count + kLanes - 1) / kLanes * kLanes;
  for (int r = 0; r < rows; r++) {
    const float* from = v + static_cast<int64_t>(r) * stride;
    int8_t* high = q + static_cast<int64_t>(r) * q_stride;
    int8_t* low = q + static_cast<int64_t>(rows + r) * q_stride;
    F16 largest = F16::set(0.0f);
    for (int i = 0; i < padded; i += kLanes) {
      F16 value = F16::load(from + i);
      if (factors != nullptr) value = value * F16::load(factors + i);
      largest = F16::max(largest, value);
    }
    const float maximum = reduce_max(largest);
    const F16 inverse = F16::set(maximum > kSmallest ? 16383.0f / maximum : 0.0f);
    for (int i = 0; i < padded; i += kLanes) {
      F16 value = F16::load(from + i);
      if (factors != nullptr) value = value * F16::load(factors + i);
      F16::store_planes(F16::round_half_even(value * inverse), high + i, low + i);
    }
    int32_t high_sum = 0;
    int32_t low_sum = 0;
    for (int i = 0; i < padded; i++) {
      high_sum += high[i];
      low_sum += low[i];
    }
    sum[r] = high_sum;
    sum[rows + r] = low_sum;
    scale[r] = maximum > kSmallest ? maximum / 16383.0f : 0.0f;
  }
}

inline void finish_exact(const int32_t* acc, const Activations& a, const Weights& w, int row, int n, int32_t* to) {
  for (int i = 0; i < kLanes; i++) to[i] = acc[i] - w.zero[n + i] * a.sum[row];
}

// Calls `finish(row, n, acc)` for each group of 16 outputs of each row; acc is int32 [16].
template <int kRows, int kGroups, typename Finish>
inline void run_tile(const Activations& a, const Weights& w, int row, int n, const Finish& finish) {
  alignas(64) int32_t acc[kRows][kGroups][kLanes];
  tile<kRows, kGroups>(a.q + static_cast<int64_t>(row) * a.stride, a.stride, w.q + (n / kLanes) * w.group_stride,
                       w.group_stride, w.inputs, acc);
  for (int r = 0; r < kRows; r++) {
    for (int g = 0; g < kGroups; g++) finish(row + r, n + g * kLanes, acc[r][g]);
  }
}

template <int kGroups, typename Finish>
inline void run_panel(const Activations& a, const Weights& w, int n, const Finish& finish) {
  int row = 0;
  for (; row + kTileRows <= a.rows; row += kTileRows) run_tile<kTileRows, kGroups>(a, w, row, n, finish);
  switch (a.rows - row) {
    case 5: run_tile<5, kGroups>(a, w, row, n, finish); break;
    case 4: run_tile<4, kGroups>(a, w, row, n, finish); break;
    case 3: run_tile<3, kGroups>(a, w, row, n, finish); break;
    case 2: run_tile<2, kGroups>(a, w, row, n, finish); break;
    case 1: run_tile<1, kGroups>(a, w, row, n, finish); break;
    default: break;
  }
}

template <typename Finish>
inline void run_product(const Activations& a, const Weights& w, int begin, int end, const Finish& finish) {
  int n = begin;
  for (; n + 4 * kLanes <= end; n += 4 * kLanes) run_panel<4>(a, w, n, finish);
  for (; n + 2 * kLanes <= end; n += 2 * kLanes) run_panel<2>(a, w, n, finish);
  for (; n < end; n += kLanes) run_panel<1>(a, w, n, finish);
}

void multiply(const Activations& a, const Weights& w, int begin, int end, bool add, float* y, int y_stride) {
  run_product(a, w, begin, end, [&](int row, int n, const int32_t* acc) {
    float* to = y + static_cast<int64_t>(row) * y_stride + n;
    F16 value = F16::from_products(acc, w.zero + n, a.sum[row]) * (F16::set(a.scale[row]) * F16::load(w.scale + n));
    if (w.bias != nullptr) value = value + F16::load(w.bias + n);
    if (add) value = F16::load(to) + value;
    value.store(to);
  });
}

void multiply_exact(const Activations& a, const Weights& w, int begin, int end, int32_t* acc, int acc_stride) {
  run_product(a, w, begin, end, [&](int row, int n, const int32_t* products) {
    finish_exact(products, a, w, row, n, acc + static_cast<int64_t>(row) * acc_stride + n);
  });
}

inline constexpr Kernels make_kernels(const char* name) {
  return {name, multiply,     multiply_exact,  quantize,         layer_norm,
          gelu, exponentials, quantize_planes, sum_exponentials, maximum};
}
