// AVX2. VPMADDUBSW would saturate at 16 bits (255 * 127 * 2 > 32767), so bytes are widened to 16 bits
// and multiplied exactly by VPMADDWD.
#include <immintrin.h>

#include "cpu/kernels.h"

namespace tilescribe {
namespace avx2 {

constexpr int kTileRows = 6;

struct F16 {
  __m256 a;
  __m256 b;

  static F16 load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  static F16 set(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  void store(float* p) const {
    _mm256_storeu_ps(p, a);
    _mm256_storeu_ps(p + 8, b);
  }
  friend F16 operator+(F16 x, F16 y) { return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)}; }
  friend F16 operator-(F16 x, F16 y) { return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)}; }
  friend F16 operator*(F16 x, F16 y) { return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)}; }
  friend F16 operator/(F16 x, F16 y) { return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)}; }
  static F16 max(F16 x, F16 y) { return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)}; }
  static F16 min(F16 x, F16 y) { return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)}; }
  static F16 abs(F16 x) {
    const __m256 mask = _mm256_set1_ps(-0.0f);
    return {_mm256_andnot_ps(mask, x.a), _mm256_andnot_ps(mask, x.b)};
  }
  static F16 copy_sign(F16 magnitude, F16 sign) {
    const __m256 mask = _mm256_set1_ps(-0.0f);
    return {_mm256_or_ps(_mm256_andnot_ps(mask, magnitude.a), _mm256_and_ps(mask, sign.a)),
            _mm256_or_ps(_mm256_andnot_ps(mask, magnitude.b), _mm256_and_ps(mask, sign.b))};
  }
  static F16 round_half_even(F16 x) {
    constexpr int kMode = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
    return {_mm256_round_ps(x.a, kMode), _mm256_round_ps(x.b, kMode)};
  }
  static __m256 exponent(__m256 n) {
    const __m256i biased = _mm256_add_epi32(_mm256_cvttps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23));
  }
  static F16 exponent(F16 n) { return {exponent(n.a), exponent(n.b)}; }
  static F16 keep_first(F16 x, int count) {
    float lanes[kLanes];
    x.store(lanes);
    for (int i = count; i < kLanes; i++) lanes[i] = 0.0f;
    return load(lanes);
  }
  static __m256 from_products8(const int32_t* acc, const int32_t* zero, int32_t sum) {
    const __m256i offset =
        _mm256_mullo_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(zero)), _mm256_set1_epi32(sum));
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_load_si256(reinterpret_cast<const __m256i*>(acc)), offset));
  }
  static F16 from_products(const int32_t* acc, const int32_t* zero, int32_t sum) {
    return {from_products8(acc, zero, sum), from_products8(acc + 8, zero + 8, sum)};
  }
  static void store_int8(__m256i low, __m256i high, int8_t* p) {
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
  }
  void store_int8(int8_t* p) const { store_int8(_mm256_cvttps_epi32(a), _mm256_cvttps_epi32(b), p); }
  static void store_planes(F16 x, int8_t* high, int8_t* low) {
    const __m256i first = _mm256_cvttps_epi32(x.a);
    const __m256i second = _mm256_cvttps_epi32(x.b);
    const __m256i mask = _mm256_set1_epi32(127);
    store_int8(_mm256_srai_epi32(first, 7), _mm256_srai_epi32(second, 7), high);
    store_int8(_mm256_and_si256(first, mask), _mm256_and_si256(second, mask), low);
  }
};

// Eight outputs at a time: 32 bytes of weights become two vectors of 16-bit pairs.
template <int kRows>
inline void tile8(const int8_t* a, int a_stride, const uint8_t* w, int inputs, int32_t* acc, int acc_stride) {
  __m256i sums[kRows];
  for (int r = 0; r < kRows; r++) sums[r] = _mm256_setzero_si256();
  for (int k = 0; k < inputs; k += 4) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w + k * kLanes));
    const __m256i low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(bytes));
    const __m256i high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256(bytes, 1));
    for (int r = 0; r < kRows; r++) {
      int32_t four;
      __builtin_memcpy(&four, a + static_cast<int64_t>(r) * a_stride + k, sizeof four);
      const __m256i row = _mm256_cvtepi8_epi16(_mm_set1_epi32(four));
      // Each gives two sums of two products an output; hadd joins them, four outputs to a half.
      const __m256i first = _mm256_madd_epi16(low, row);
      const __m256i second = _mm256_madd_epi16(high, row);
      sums[r] = _mm256_add_epi32(sums[r], _mm256_hadd_epi32(first, second));
    }
  }
  for (int r = 0; r < kRows; r++) {
    // hadd leaves outputs 0 1 4 5 2 3 6 7: put them in order.
    const __m256i ordered = _mm256_permute4x64_epi64(sums[r], 0xd8);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(acc + r * acc_stride), ordered);
  }
}

template <int kRows, int kGroups>
inline void tile(const int8_t* a, int a_stride, const uint8_t* w, int64_t group_stride, int inputs,
                 int32_t (*acc)[kGroups][kLanes]) {
  for (int g = 0; g < kGroups; g++) {
    const uint8_t* group = w + g * group_stride;
    tile8<kRows>(a, a_stride, group, inputs, &acc[0][g][0], kGroups * kLanes);
    tile8<kRows>(a, a_stride, group + 32, inputs, &acc[0][g][8], kGroups * kLanes);
  }
}

#include "cpu/kernels_impl.h"

extern const Kernels kKernels;
const Kernels kKernels = make_kernels("avx2");

}  // namespace avx2
}  // namespace tilescribe
