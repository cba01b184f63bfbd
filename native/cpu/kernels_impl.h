// The kernels, written once over sixteen lanes of float (`F16`) or int32 (`I16`) and one integer tile product,
// and compiled once per instruction set: each kernels_*.cc defines F16, I16 and `multiply_tile` for its own and
// includes this file inside a namespace of its own.
//
// F16 offers: load, store, set (all lanes), +, -, *, /, fma(a, b, c) = a * b + c rounded once, max, min, abs,
// round_half_even, scale(x, n) = x * 2^n for integral lanes n in [-126, 127], and reduce_add, which adds the
// upper half of the lanes to the lower until one is left. I16::round rounds half to even; I16::join is join_planes of
// kernels.h for sixteen lanes. No header may be included
// here: an inline function of the standard library compiled for AVX-512 could be the one that the linker keeps for all.

// On a lambda: GCC leaves one that it finds used often enough outside, its arguments in memory.
#define ALWAYS_INLINE __attribute__((always_inline))

// What the pointer points to is in memory from here on, and read from there.
#define KEEP_IN_MEMORY(pointer) asm volatile("" : "+r"(pointer) : : "memory")

// A row no larger than this counts as zero: the inverse of its scale could be infinite.
constexpr float kSmallest = 1e-30f;

// Numbers that are none in a damaged file give sums of any size; they must not be undefined behaviour.
inline int32_t product(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}

#include "cpu/four_impl.h"

// exp(x) for x <= 0 to 2 ulp: x = n ln 2 + r, |r| <= ln 2 / 2, by the polynomial of Cephes' expf
// (S. Moshier, Cephes Math Library 2.2, expf.c). Below -87 the result is that of -87: 1e-38.
template <typename V>
inline V exponential(V x) {
  x = V::max(x, V::set(-87.0f));
  const V n = V::round_half_even(x * V::set(1.44269504088896341f));
  V r = V::fma(n, V::set(-0.693359375f), x);
  r = V::fma(n, V::set(2.12194440e-4f), r);
  V p = V::set(1.9875691500e-4f);
  p = V::fma(p, r, V::set(1.3981999507e-3f));
  p = V::fma(p, r, V::set(8.3334519073e-3f));
  p = V::fma(p, r, V::set(4.1665795894e-2f));
  p = V::fma(p, r, V::set(1.6666665459e-1f));
  p = V::fma(p, r, V::set(5.0000001201e-1f));
  p = V::fma(p, r * r, r) + V::set(1.0f);
  return V::scale(p, n);
}

// erf(x) to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
template <typename V>
inline V error_function(V x) {
  const V a = V::abs(x);
  const V t = V::set(1.0f) / V::fma(V::set(0.3275911f), a, V::set(1.0f));
  V p = V::set(1.061405429f);
  p = V::fma(p, t, V::set(-1.453152027f));
  p = V::fma(p, t, V::set(1.421413741f));
  p = V::fma(p, t, V::set(-0.284496736f));
  p = V::fma(p, t, V::set(0.254829592f));
  const V y = V::set(1.0f) - p * t * exponential(V::set(0.0f) - a * a);
  return V::copy_sign(y, x);
}

template <typename V>
inline V gelu_of(const V& x) {
  return V::set(0.5f) * x * (V::set(1.0f) + error_function(x * V::set(0.70710678118654752f)));
}

void quantize(const float* x, int rows, int columns, int x_stride, int8_t* q, int q_stride, float* scale,
              int32_t* sum) {
  const bool is_long = kManyRegisters && columns > kHeadWidth;
  for (int r = 0; r < rows; r++) {
    const float* from = x + static_cast<int64_t>(r) * x_stride;
    int8_t* to = q + static_cast<int64_t>(r) * q_stride;
    // Of long rows four vectors side by side: a maximum and a sum of integers are the same in any order.
    F16 largest = F16::set(0.0f);
    int i = 0;
    if (is_long) {
      Four each = Four::set(0.0f);
      for (; i + 4 * kLanes <= columns; i += 4 * kLanes) each = Four::max(each, Four::abs(Four::load(from + i)));
      largest = F16::max(F16::max(each.a, each.b), F16::max(each.c, each.d));
    }
    for (; i < columns; i += kLanes) largest = F16::max(largest, F16::abs(F16::load(from + i)));
    const float maximum = F16::reduce_max(largest);
    const float inverse = maximum > kSmallest ? 127.0f / maximum : 0.0f;
    const F16 factor = F16::set(inverse);
    I16 total = I16::set(0);
    i = 0;
    if (is_long) {
      I16 more = I16::set(0);
      for (; i + 4 * kLanes <= columns; i += 4 * kLanes) {
        const Four scaled = Four::load(from + i) * Four::all(factor);
        const I16 a = I16::round(scaled.a), b = I16::round(scaled.b), c = I16::round(scaled.c),
                  d = I16::round(scaled.d);
        a.store_int8(to + i), b.store_int8(to + i + kLanes);
        c.store_int8(to + i + 2 * kLanes), d.store_int8(to + i + 3 * kLanes);
        total = total + (a + b);
        more = more + (c + d);
      }
      total = total + more;
    }
    for (; i < columns; i += kLanes) {
      const I16 rounded = I16::round(F16::load(from + i) * factor);
      rounded.store_int8(to + i);
      total = total + rounded;
    }
    sum[r] = I16::reduce_add(total);
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
    const F16 mean = F16::set(F16::reduce_add(total) / count);
    F16 squares = F16::set(0.0f);
    for (int i = 0; i < columns; i += kLanes) {
      const F16 d = F16::load(from + i) - mean;
      squares = F16::fma(d, d, squares);
    }
    const F16 inverse = F16::set(1.0f / __builtin_sqrtf(F16::reduce_add(squares) / count + 1e-5f));
    for (int i = 0; i < columns; i += kLanes) {
      const F16 normal = (F16::load(from + i) - mean) * inverse;
      F16::fma(normal, F16::load(gain + i), F16::load(bias + i)).store(to + i);
    }
  }
}

void gelu(float* x, int count) {
  int i = 0;
  if constexpr (kManyRegisters) {
    for (; i + 4 * kLanes <= count; i += 4 * kLanes) gelu_of(Four::load(x + i)).store(x + i);
  }
  for (; i < count; i += kLanes) gelu_of(F16::load(x + i)).store(x + i);
}

float maximum(const float* x, int count) {
  float result = -__builtin_inff();
  int i = 0;
  if (count >= kLanes) {
    F16 largest = F16::load(x);
    for (i = kLanes; i + kLanes <= count; i += kLanes) largest = F16::max(largest, F16::load(x + i));
    result = F16::reduce_max(largest);
  }
  for (; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
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
    total = total + F16::keep_first(e, count - i, 0.0f);
  }
  return F16::reduce_add(total);
}

// What is asked for ahead of use is so far away: about as much as memory delivers while it takes to answer.
constexpr int64_t kFar = 8192;

#include "cpu/attention_impl.h"
#include "cpu/products_impl.h"

inline constexpr Kernels make_kernels(const char* name) {
  return {name, multiply, multiply_exact, join_planes, quantize, layer_norm, gelu, attend, sum_exponentials, maximum};
}
