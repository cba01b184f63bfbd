// AVX-512 with VNNI (Zen 4, Ice Lake and later; the CPUs around the XDNA1 NPU have it).
#include <immintrin.h>

#include "cpu/indices.h"
#include "cpu/kernels.h"

namespace tilescribe {
namespace avx512vnni {

// 6 rows x 4 groups of 16 outputs: 24 accumulators, 4 weight lines and a broadcast fill the 32 registers.
constexpr int kTileRows = 6;
constexpr bool kManyRegisters = true;
constexpr bool kWeighsMeanwhile = true;

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
  static F16 fma(F16 a, F16 b, F16 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
  static F16 scale(F16 x, F16 n) { return {_mm512_scalef_ps(x.v, n.v)}; }
  static float reduce_max(F16 a) { return _mm512_reduce_max_ps(a.v); }
  // The first `count` lanes, `rest` in the others.
  static F16 keep_first(F16 a, int count, float rest) {
    return {_mm512_mask_mov_ps(_mm512_set1_ps(rest), static_cast<__mmask16>((1u << count) - 1), a.v)};
  }
  static float reduce_add(F16 a) {
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
  }
};

struct I16 {
  __m512i v;

  static I16 load(const int32_t* p) { return {_mm512_loadu_si512(p)}; }
  static I16 set(int32_t x) { return {_mm512_set1_epi32(x)}; }
  static I16 round(F16 a) { return {_mm512_cvtps_epi32(a.v)}; }
  friend I16 operator+(I16 a, I16 b) { return {_mm512_add_epi32(a.v, b.v)}; }
  friend I16 operator-(I16 a, I16 b) { return {_mm512_sub_epi32(a.v, b.v)}; }
  F16 to_float() const { return {_mm512_cvtepi32_ps(v)}; }
  void store(int32_t* p) const { _mm512_storeu_si512(p, v); }
  // Lanes in [-128, 127], and in [0, 255].
  void store_int8(int8_t* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(v)); }
  void store_uint8(uint8_t* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(v)); }
  static __m256 join8(__m256i high, __m256i low, __m512d scale, __m256 w_scale) {
    const __m512d sum = _mm512_fmadd_pd(_mm512_cvtepi32_pd(high), _mm512_set1_pd(127.0), _mm512_cvtepi32_pd(low));
    return _mm512_cvtpd_ps(_mm512_mul_pd(_mm512_mul_pd(sum, scale), _mm512_cvtps_pd(w_scale)));
  }
  static F16 join(I16 high, I16 low, float scale, F16 w_scale) {
    const __m512d s = _mm512_set1_pd(static_cast<double>(scale));
    const __m256 lower =
        join8(_mm512_castsi512_si256(high.v), _mm512_castsi512_si256(low.v), s, _mm512_castps512_ps256(w_scale.v));
    const __m256 upper = join8(_mm512_extracti64x4_epi64(high.v, 1), _mm512_extracti64x4_epi64(low.v, 1), s,
                               _mm512_extractf32x8_ps(w_scale.v, 1));
    return {_mm512_insertf32x8(_mm512_castps256_ps512(lower), upper, 1)};
  }
  // Not _mm512_reduce_add_epi32: GCC's adds ordinary integers, for which an overflow is undefined behaviour.
  static int32_t reduce_add(I16 a) {
    const __m256i eight = _mm256_add_epi32(_mm512_castsi512_si256(a.v), _mm512_extracti64x4_epi64(a.v, 1));
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
  }
};

// sum + row . line: four inputs of one row, from `four` on.
template <bool kUnsignedRows>
[[gnu::always_inline]] inline __m512i add_product(__m512i sum, __m512i line, const int8_t* four) {
  int32_t bytes;
  __builtin_memcpy(&bytes, four, sizeof bytes);
  const __m512i row = _mm512_set1_epi32(bytes);
  return kUnsignedRows ? _mm512_dpbusd_epi32(sum, row, line) : _mm512_dpbusd_epi32(sum, line, row);
}

template <bool kUnsignedRows, int... G>
[[gnu::always_inline]] inline void add_row(__m512i* sums, const __m512i* lines, const int8_t* four, Indices<G...>) {
  ((sums[G] = add_product<kUnsignedRows>(sums[G], lines[G], four)), ...);
}

template <int... I>
[[gnu::always_inline]] inline void prefetch_lines(const uint8_t* next, Indices<I...>) {
  (__builtin_prefetch(next + I * 4 * kLanes, 0, 2), ...);
}

template <int kGroups, bool kUnsignedRows, int... R, int... G>
[[gnu::always_inline]] inline void add_four(__m512i* sums, const int8_t* a, int64_t a_stride, const uint8_t* w,
                                            int64_t group, Indices<R...>, Indices<G...> groups) {
  const __m512i lines[] = {_mm512_loadu_si512(w + G * group)...};
  (add_row<kUnsignedRows>(sums + R * kGroups, lines, a + R * a_stride, groups), ...);
}

template <int... I>
[[gnu::always_inline]] inline void store_all(const __m512i* sums, int32_t* to, Indices<I...>) {
  (_mm512_store_si512(to + I * kLanes, sums[I]), ...);
}

// One line by all rows, their sums kChains apart.
constexpr int kChains = 4;
template <int... R>
[[gnu::always_inline]] inline void add_line(__m512i* sums, const int8_t* a, int64_t a_stride, const uint8_t* w,
                                            Indices<R...>) {
  const __m512i line = _mm512_loadu_si512(w);
  ((sums[R * kChains] = add_product<false>(sums[R * kChains], line, a + R * a_stride)), ...);
}

template <typename Rows, int... C>
[[gnu::always_inline]] inline void add_chains(__m512i* sums, const int8_t* a, int64_t a_stride, const uint8_t* w,
                                              const uint8_t* next, Rows rows, Indices<C...>) {
  ((__builtin_prefetch(next + 4 * kLanes * C, 0, 2), add_line(sums + C, a + 4 * C, a_stride, w + 4 * kLanes * C, rows)),
   ...);
}

// One group of 16 outputs by one or two rows, whose pace memory sets: its lines one after the other, as they lie,
// which is what the hardware reads ahead best; several sums side by side, because each addition waits for the last.
template <int kRows>
[[gnu::always_inline]] inline void multiply_line_by_line(const int8_t* a, int64_t a_stride, const uint8_t* w,
                                                         int inputs, const uint8_t* next, int32_t* to,
                                                         int64_t to_stride) {
  using Rows = typename Count<kRows>::Type;
  __m512i sums[kRows * kChains] = {};
  int k = 0;
  for (; k + 4 * kChains <= inputs; k += 4 * kChains, w += 4 * kLanes * kChains) {
    add_chains(sums, a + k, a_stride, w, next + k * kLanes, Rows{}, typename Count<kChains>::Type{});
  }
  for (; k < inputs; k += 4, w += 4 * kLanes) add_line(sums, a + k, a_stride, w, Rows{});
  for (int r = 0; r < kRows; r++) {
    const __m512i* row = sums + r * kChains;
    const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(row[0], row[1]), _mm512_add_epi32(row[2], row[3]));
    _mm512_store_si512(to + r * to_stride, sum);
  }
}

// sums[r][g] = rows . lines: rows of bytes `row_stride` apart, four inputs of 16 outputs a line of 64 bytes,
// `group_stride` from one group of outputs to the next, `step_stride` from one four inputs to the next. Rows are
// int8 and lines uint8; with kUnsignedRows the other way round. At each step kAhead lines are asked for, one behind the
// other from `ahead` bytes after the first on. A function of its own: inlined into larger ones, GCC 12 moves and spills
// the sums inside the loop.
template <int kRows, int kGroups, bool kUnsignedRows, int kAhead>
[[gnu::noinline]] void store_tile(const void* rows, int64_t row_stride, const void* lines, int64_t group_stride,
                                  int64_t step_stride, int inputs, int64_t ahead, int32_t (*sums)[kGroups][kLanes]) {
  const int8_t* a = static_cast<const int8_t*>(rows);
  const uint8_t* w = static_cast<const uint8_t*>(lines);
  const uint8_t* next = w + ahead;
  if constexpr (kRows <= 2 && kAhead == kGroups && !kUnsignedRows) {
    for (int g = 0; g < kGroups; g++, w += group_stride, next += group_stride) {
      multiply_line_by_line<kRows>(a, row_stride, w, inputs, next, sums[0][g], kGroups * kLanes);
    }
    return;
  }
  __m512i in_registers[kRows * kGroups] = {};
  for (int k = 0; k < inputs; k += 4) {
    add_four<kGroups, kUnsignedRows>(in_registers, a + k, row_stride, w, group_stride, typename Count<kRows>::Type{},
                                     typename Count<kGroups>::Type{});
    if constexpr (kAhead > 0) prefetch_lines(next, typename Count<kAhead>::Type{});
    next += kAhead * 4 * kLanes;
    w += step_stride;
  }
  store_all(in_registers, &sums[0][0][0], typename Count<kRows * kGroups>::Type{});
}

#include "cpu/finish_tile_impl.h"
#include "cpu/tile_avx512_impl.h"

template <int kGroups, typename Finish, int... I>
[[gnu::always_inline]] inline void finish_all(const __m512i* sums, const Finish& finish, Indices<I...>) {
  (finish(I / kGroups, I % kGroups, I16{sums[I]}), ...);
}

// finish(r, g, sums[r][g]) for each row and group. Of a whole tile they never leave the registers.
template <int kRows, int kGroups, bool kUnsignedRows, int kAhead, typename Finish>
[[gnu::always_inline]] inline void multiply_tile(const void* rows, int64_t row_stride, const void* lines,
                                                 int64_t group_stride, int64_t step_stride, int inputs, int64_t ahead,
                                                 const Finish& finish) {
  if constexpr (kRows == kTileRows && kGroups == 4) {
    const TileOperands operands{
        rows, row_stride, lines, group_stride, step_stride, inputs / 4, static_cast<const uint8_t*>(lines) + ahead};
    __m512i sums[kRows * kGroups];
    multiply_whole_tile<kUnsignedRows, kAhead>(operands, sums);
    finish_all<kGroups>(sums, finish, typename Count<kRows * kGroups>::Type{});
  } else {
    alignas(64) int32_t sums[kRows][kGroups][kLanes];
    store_tile<kRows, kGroups, kUnsignedRows, kAhead>(rows, row_stride, lines, group_stride, step_stride, inputs, ahead,
                                                      sums);
    finish_tile(sums, finish);
  }
}

// A whole tile of signed rows with 64 inputs, and two rows weighed meanwhile.
template <typename Finish>
[[gnu::always_inline]] inline void multiply_tile_weighing(const int8_t* rows, int64_t row_stride, const uint8_t* lines,
                                                          WeighedRows* weighed, const Finish& finish) {
  weighed->tile_rows = rows;
  weighed->tile_row_stride = row_stride;
  weighed->tile_lines = lines;
  __m512i sums[kTileRows * 4];
  multiply_whole_tile_weighing(weighed, sums);
  finish_all<4>(sums, finish, typename Count<kTileRows * 4>::Type{});
}

#include "cpu/kernels_impl.h"

extern const Kernels kKernels;
const Kernels kKernels = make_kernels("avx512vnni");

}  // namespace avx512vnni
}  // namespace tilescribe
