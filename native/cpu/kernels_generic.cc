// Portable kernels: the plain definition, which the others must equal bit for bit.
#include "cpu/kernels.h"

namespace tilescribe {
namespace generic {

constexpr int kTileRows = 6;
constexpr bool kManyRegisters = false;
constexpr bool kWeighsMeanwhile = false;

struct F16 {
  float v[kLanes];

  static F16 load(const float* p) {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = p[i];
    return r;
  }
  static F16 set(float x) {
    F16 r;
    for (float& lane : r.v) lane = x;
    return r;
  }
  void store(float* p) const {
    for (int i = 0; i < kLanes; i++) p[i] = v[i];
  }
  template <typename Op>
  static F16 map(const F16& a, const F16& b, Op op) {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = op(a.v[i], b.v[i]);
    return r;
  }
  friend F16 operator+(const F16& a, const F16& b) {
    return map(a, b, [](float x, float y) { return x + y; });
  }
  friend F16 operator-(const F16& a, const F16& b) {
    return map(a, b, [](float x, float y) { return x - y; });
  }
  friend F16 operator*(const F16& a, const F16& b) {
    return map(a, b, [](float x, float y) { return x * y; });
  }
  friend F16 operator/(const F16& a, const F16& b) {
    return map(a, b, [](float x, float y) { return x / y; });
  }
  // As MAXPS and MINPS: the second operand when either is NaN.
  static F16 max(const F16& a, const F16& b) {
    return map(a, b, [](float x, float y) { return x > y ? x : y; });
  }
  static F16 min(const F16& a, const F16& b) {
    return map(a, b, [](float x, float y) { return x < y ? x : y; });
  }
  static F16 abs(const F16& a) {
    return map(a, a, [](float x, float) { return __builtin_fabsf(x); });
  }
  static F16 copy_sign(const F16& magnitude, const F16& sign) {
    return map(magnitude, sign, [](float x, float y) { return __builtin_copysignf(x, y); });
  }
  static F16 round_half_even(const F16& a) {
    return map(a, a, [](float x, float) { return __builtin_nearbyintf(x); });
  }
  static F16 fma(const F16& a, const F16& b, const F16& c) {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = __builtin_fmaf(a.v[i], b.v[i], c.v[i]);
    return r;
  }
  static F16 scale(const F16& a, const F16& n) {
    return map(a, n, [](float x, float y) {
      const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(y) + 127) << 23;
      float power;
      __builtin_memcpy(&power, &bits, sizeof power);
      return x * power;
    });
  }
  static float reduce_max(const F16& a) {
    float result = a.v[0];
    for (int i = 1; i < kLanes; i++) result = a.v[i] > result ? a.v[i] : result;
    return result;
  }
  // The first `count` lanes, `rest` in the others.
  static F16 keep_first(const F16& a, int count, float rest) {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = i < count ? a.v[i] : rest;
    return r;
  }
  static float reduce_add(F16 a) {
    for (int width = kLanes / 2; width > 0; width /= 2) {
      for (int i = 0; i < width; i++) a.v[i] = a.v[i] + a.v[i + width];
    }
    return a.v[0];
  }
};

// As vector instructions do it.
inline int32_t wrap(int64_t x) { return static_cast<int32_t>(static_cast<uint32_t>(x)); }

struct I16 {
  int32_t v[kLanes];

  static I16 load(const int32_t* p) {
    I16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = p[i];
    return r;
  }
  static I16 set(int32_t x) {
    I16 r;
    for (int32_t& lane : r.v) lane = x;
    return r;
  }
  static I16 round(const F16& a) {
    I16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = static_cast<int32_t>(__builtin_nearbyintf(a.v[i]));
    return r;
  }
  friend I16 operator+(const I16& a, const I16& b) {
    I16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = wrap(static_cast<int64_t>(a.v[i]) + b.v[i]);
    return r;
  }
  friend I16 operator-(const I16& a, const I16& b) {
    I16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = wrap(static_cast<int64_t>(a.v[i]) - b.v[i]);
    return r;
  }
  F16 to_float() const {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = static_cast<float>(v[i]);
    return r;
  }
  void store(int32_t* p) const {
    for (int i = 0; i < kLanes; i++) p[i] = v[i];
  }
  // Lanes in [-128, 127], and in [0, 255].
  void store_int8(int8_t* p) const {
    for (int i = 0; i < kLanes; i++) p[i] = static_cast<int8_t>(v[i]);
  }
  void store_uint8(uint8_t* p) const {
    for (int i = 0; i < kLanes; i++) p[i] = static_cast<uint8_t>(v[i]);
  }
  static F16 join(const I16& high, const I16& low, float scale, const F16& w_scale) {
    F16 r;
    for (int i = 0; i < kLanes; i++) {
      const double sum = 127.0 * high.v[i] + low.v[i];
      r.v[i] = static_cast<float>(sum * static_cast<double>(scale) * static_cast<double>(w_scale.v[i]));
    }
    return r;
  }
  static int32_t reduce_add(const I16& a) {
    int32_t sum = 0;
    for (int32_t lane : a.v) sum = wrap(static_cast<int64_t>(sum) + lane);
    return sum;
  }
};

#include "cpu/finish_tile_impl.h"

// As in kernels_avx512.cc; reading ahead is left to the hardware.
template <int kRows, int kGroups, bool kUnsignedRows, int kAhead, typename Finish>
inline void multiply_tile(const void* rows, int64_t row_stride, const void* lines, int64_t group_stride,
                          int64_t step_stride, int inputs, int64_t, const Finish& finish) {
  alignas(64) int32_t sums[kRows][kGroups][kLanes];
  const uint8_t* a = static_cast<const uint8_t*>(rows);
  for (int r = 0; r < kRows; r++) {
    for (int g = 0; g < kGroups; g++) {
      const uint8_t* line = static_cast<const uint8_t*>(lines) + g * group_stride;
      int32_t* sum = sums[r][g];
      for (int i = 0; i < kLanes; i++) sum[i] = 0;
      for (int k = 0; k < inputs; k += 4, line += step_stride) {
        for (int i = 0; i < kLanes; i++) {
          for (int j = 0; j < 4; j++) {
            const uint8_t x = a[r * row_stride + k + j];
            const uint8_t w = line[i * 4 + j];
            sum[i] += kUnsignedRows ? x * static_cast<int8_t>(w) : static_cast<int8_t>(x) * w;
          }
        }
      }
    }
  }
  finish_tile(sums, finish);
}

#include "cpu/kernels_impl.h"

extern const Kernels kKernels;
const Kernels kKernels = make_kernels("generic");

}  // namespace generic
}  // namespace tilescribe
