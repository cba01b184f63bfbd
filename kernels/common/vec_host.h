// npu_vec.h in plain C++: the definition. Float operations are those of IEEE 754, each rounded once.
#pragma once

#include <cstdint>
#include <cstring>

namespace tilescribe::tile {

// As vector instructions do it.
inline int32_t wrap(int64_t x) { return static_cast<int32_t>(static_cast<uint32_t>(x)); }

// A control register on the NPU; rounding on the host is half to even already.
inline void set_rounding_half_even() {}

struct F16 {
  float v[kLanes];

  static F16 load(const float* p) {
    F16 r;
    std::memcpy(r.v, p, sizeof r.v);
    return r;
  }
  static F16 set(float x) {
    F16 r;
    for (float& lane : r.v) lane = x;
    return r;
  }
  void store(float* p) const { std::memcpy(p, v, sizeof v); }
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
  // a * b + c, rounded once.
  static F16 fma(const F16& a, const F16& b, const F16& c) {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = __builtin_fmaf(a.v[i], b.v[i], c.v[i]);
    return r;
  }
  // a * 2^n for integral lanes n in [-126, 127].
  static F16 scale(const F16& a, const F16& n) {
    return map(a, n, [](float x, float y) {
      const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(y) + 127) << 23;
      float power;
      std::memcpy(&power, &bits, sizeof power);
      return x * power;
    });
  }
  // The first `count` lanes, `rest` in the others.
  static F16 keep_first(const F16& a, int count, float rest) {
    F16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = i < count ? a.v[i] : rest;
    return r;
  }
  static float reduce_max(const F16& a) {
    float result = a.v[0];
    for (int i = 1; i < kLanes; i++) result = a.v[i] > result ? a.v[i] : result;
    return result;
  }
  // The upper half of the lanes to the lower, until one is left.
  static float reduce_add(F16 a) {
    for (int width = kLanes / 2; width > 0; width /= 2) {
      for (int i = 0; i < width; i++) a.v[i] = a.v[i] + a.v[i + width];
    }
    return a.v[0];
  }
};

struct I16 {
  int32_t v[kLanes];

  static I16 load(const int32_t* p) {
    I16 r;
    std::memcpy(r.v, p, sizeof r.v);
    return r;
  }
  static I16 set(int32_t x) {
    I16 r;
    for (int32_t& lane : r.v) lane = x;
    return r;
  }
  // Lanes 0 to 7 alike, and 8 to 15.
  static I16 halves(int32_t low, int32_t high) {
    I16 r;
    for (int i = 0; i < kLanes; i++) r.v[i] = i < 8 ? low : high;
    return r;
  }
  // Lanes 0 to 7 and 8 to 15 from two places.
  static I16 load_halves(const int32_t* low, const int32_t* high) {
    I16 r;
    std::memcpy(r.v, low, 8 * sizeof(int32_t));
    std::memcpy(r.v + 8, high, 8 * sizeof(int32_t));
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
  void store(int32_t* p) const { std::memcpy(p, v, sizeof v); }
  // Sixteen bytes of lanes 0 to 7 and 8 to 15, to two places. Lanes are in [-128, 127], and in [0, 255].
  void store_int8_halves(int8_t* low, int8_t* high) const {
    for (int i = 0; i < 8; i++) low[i] = static_cast<int8_t>(v[i]);
    for (int i = 0; i < 8; i++) high[i] = static_cast<int8_t>(v[i + 8]);
  }
  void store_uint8_halves(uint8_t* low, uint8_t* high) const {
    for (int i = 0; i < 8; i++) low[i] = static_cast<uint8_t>(v[i]);
    for (int i = 0; i < 8; i++) high[i] = static_cast<uint8_t>(v[i + 8]);
  }
  void store_int8(int8_t* p) const { store_int8_halves(p, p + 8); }
  static int32_t reduce_add(const I16& a) {
    int32_t sum = 0;
    for (int32_t lane : a.v) sum = wrap(static_cast<int64_t>(sum) + lane);
    return sum;
  }
};

inline float divide(float a, float b) { return a / b; }
inline float inverse_square_root(float x) { return 1.0f / __builtin_sqrtf(x); }

// Sums of a product of 4x8 by 8x8: acc[4][8] += a[4][8] * b[8][8], all row by row.
template <typename A, typename B>
struct Mmul {
  int32_t acc[4][8];

  void clear() { std::memset(acc, 0, sizeof acc); }
  void load(const int32_t* p) { std::memcpy(acc, p, sizeof acc); }
  void store(int32_t* p) const { std::memcpy(p, acc, sizeof acc); }
  void mac(const A* a, const B* b) {
    for (int r = 0; r < 4; r++) {
      if (is_zero(a + r * 8)) continue;
      for (int k = 0; k < 8; k++) {
        const int32_t x = a[r * 8 + k];
        for (int n = 0; n < 8; n++) acc[r][n] += x * b[k * 8 + n];
      }
    }
  }
  // As mac, with b[n][k] in memory.
  void mac_transposed(const A* a, const B* b) {
    for (int r = 0; r < 4; r++) {
      if (is_zero(a + r * 8)) continue;
      for (int n = 0; n < 8; n++) {
        int32_t sum = 0;
        for (int k = 0; k < 8; k++) sum += static_cast<int32_t>(a[r * 8 + k]) * b[n * 8 + k];
        acc[r][n] += sum;
      }
    }
  }
  // Adds nothing: a step of one row has three such, and the emulator's time lies here.
  static bool is_zero(const A* row) {
    uint64_t all;
    std::memcpy(&all, row, sizeof all);
    return all == 0;
  }
};

}  // namespace tilescribe::tile
