// Portable kernels: the plain definition, which the others must equal bit for bit.
#include "cpu/kernels.h"

namespace tilescribe {
namespace generic {

constexpr int kTileRows = 6;

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
  static F16 exponent(const F16& n) {
    return map(n, n, [](float x, float) {
      const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(x) + 127) << 23;
      float r;
      __builtin_memcpy(&r, &bits, sizeof r);
      return r;
    });
  }
  static F16 keep_first(const F16& a, int count) {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = i < count ? a.v[i] : 0.0f;
    return r;
  }
  // float(acc - zero * sum), exact in int32, then rounded.
  static F16 from_products(const int32_t* acc, const int32_t* zero, int32_t sum) {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = static_cast<float>(acc[i] - zero[i] * sum);
    return r;
  }
  void store_int8(int8_t* p) const {
    for (int i = 0; i < kLanes; i++) p[i] = static_cast<int8_t>(static_cast<int32_t>(v[i]));
  }
  static void store_planes(const F16& a, int8_t* high, int8_t* low) {
    for (int i = 0; i < kLanes; i++) {
      const int32_t value = static_cast<int32_t>(a.v[i]);
      high[i] = static_cast<int8_t>(value >> 7);
      low[i] = static_cast<int8_t>(value & 127);
    }
  }
};

template <int kRows, int kGroups>
inline void tile(const int8_t* a, int a_stride, const uint8_t* w, int64_t group_stride, int inputs,
                 int32_t (*acc)[kGroups][kLanes]) {
  for (int r = 0; r < kRows; r++) {
    for (int g = 0; g < kGroups; g++) {
      for (int i = 0; i < kLanes; i++) acc[r][g][i] = 0;
      const uint8_t* line = w + g * group_stride;
      const int8_t* row = a + static_cast<int64_t>(r) * a_stride;
      for (int k = 0; k < inputs; k += 4, line += 4 * kLanes) {
        for (int i = 0; i < kLanes; i++) {
          for (int j = 0; j < 4; j++) acc[r][g][i] += row[k + j] * line[i * 4 + j];
        }
      }
    }
  }
}

#include "cpu/kernels_impl.h"

extern const Kernels kKernels;
const Kernels kKernels = make_kernels("generic");

}  // namespace generic
}  // namespace tilescribe
