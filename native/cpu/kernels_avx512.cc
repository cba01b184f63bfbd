// AVX-512 with VNNI (Zen 4, Ice Lake and later; the CPUs around the XDNA1 NPU have it).
#include <immintrin.h>

#include "cpu/kernels.h"

namespace tilescribe {
namespace avx512vnni {

// 6 rows x 4 groups of 16 outputs: 24 accumulators, 4 weight lines and a broadcast fill the 32 registers.
constexpr int kTileRows = 6;

struct F16 {
  __m512 v;

  static F16 load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static F16 set(float x) { return {_mm512_set1_ps(x)}; }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  friend F16 operator+(F16 a, F16 b) { return {_mm512_add_ps(a.v, b.v)}; }
  friend F16 operator-(F16 a, F16 b) { return {_mm512_sub_ps(a.v, b.v)}; }
  friend F16 operator*(F16 a, F16 b) { return {_mm512_mul_ps(a.v, b.v)}; }
  friend F16 operator/(F16 a, F16 b) { return {_mm512_div_ps(a.v, b.v)}; }
  static F16 max(F16 a, F16 b) { return {_mm512_max_ps(a.v, b.v)}; }
  static F16 min(F16 a, F16 b) { return {_mm512_min_ps(a.v, b.v)}; }
  static F16 abs(F16 a) { return {_mm512_abs_ps(a.v)}; }
  static F16 copy_sign(F16 magnitude, F16 sign) {
    const __m512 mask = _mm512_set1_ps(-0.0f);
    return {_mm512_or_ps(_mm512_andnot_ps(mask, magnitude.v), _mm512_and_ps(mask, sign.v))};
  }
  static F16 round_half_even(F16 a) {
    return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
  }
  static F16 exponent(F16 n) {
    const __m512i biased = _mm512_add_epi32(_mm512_cvttps_epi32(n.v), _mm512_set1_epi32(127));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(biased, 23))};
  }
  static F16 keep_first(F16 a, int count) {
    return {_mm512_maskz_mov_ps(static_cast<__mmask16>((1u << count) - 1), a.v)};
  }
  static F16 from_products(const int32_t* acc, const int32_t* zero, int32_t sum) {
    const __m512i offset = _mm512_mullo_epi32(_mm512_loadu_si512(zero), _mm512_set1_epi32(sum));
    return {_mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_load_si512(acc), offset))};
  }
  void store_int8(int8_t* p) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(v)));
  }
  static void store_planes(F16 a, int8_t* high, int8_t* low) {
    const __m512i value = _mm512_cvttps_epi32(a.v);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(high), _mm512_cvtepi32_epi8(_mm512_srai_epi32(value, 7)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(low),
                     _mm512_cvtepi32_epi8(_mm512_and_si512(value, _mm512_set1_epi32(127))));
  }
};

// The tile's loops are unrolled by fold expressions: GCC 12 unrolls ordinary loops too late to keep the
// array of accumulators in registers.
template <int... I>
struct Indices {};
template <int N, int... I>
struct Count : Count<N - 1, N - 1, I...> {};
template <int... I>
struct Count<0, I...> {
  using Type = Indices<I...>;
};

template <int kGroups, int... G>
[[gnu::always_inline]] inline void add_row(__m512i* sums, const __m512i* lines, const int8_t* four, Indices<G...>) {
  int32_t bytes;
  __builtin_memcpy(&bytes, four, sizeof bytes);
  const __m512i row = _mm512_set1_epi32(bytes);
  ((sums[G] = _mm512_dpbusd_epi32(sums[G], lines[G], row)), ...);
}

template <int kGroups, int... R, int... G>
[[gnu::always_inline]] inline void add_four(__m512i* sums, const int8_t* a, int64_t a_stride, const uint8_t* w,
                                            int64_t group, Indices<R...>, Indices<G...> groups) {
  const __m512i lines[] = {_mm512_loadu_si512(w + G * group)...};
  (add_row<kGroups>(sums + R * kGroups, lines, a + R * a_stride, groups), ...);
}

template <int... I>
[[gnu::always_inline]] inline void store_all(const __m512i* sums, int32_t* to, Indices<I...>) {
  (_mm512_store_si512(to + I * kLanes, sums[I]), ...);
}

template <int kRows, int kGroups>
inline void tile(const int8_t* a, int a_stride, const uint8_t* w, int64_t group_stride, int inputs,
                 int32_t (*acc)[kGroups][kLanes]) {
  __m512i sums[kRows * kGroups] = {};
  for (int k = 0; k < inputs; k += 4) {
    add_four<kGroups>(sums, a + k, a_stride, w + k * kLanes, group_stride, typename Count<kRows>::Type{},
                      typename Count<kGroups>::Type{});
  }
  store_all(sums, &acc[0][0][0], typename Count<kRows * kGroups>::Type{});
}

#include "cpu/kernels_impl.h"

extern const Kernels kKernels;
const Kernels kKernels = make_kernels("avx512vnni");

}  // namespace avx512vnni
}  // namespace tilescribe
