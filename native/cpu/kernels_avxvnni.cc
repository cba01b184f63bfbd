// AVX-VNNI: VPDPBUSD on 256 bits, for CPUs without AVX-512 (Alder Lake and later). All else is that of AVX2.
#include <immintrin.h>

#include "cpu/indices.h"
#include "cpu/kernels.h"

namespace tilescribe {
namespace avxvnni {

constexpr int kTileRows = 6;
constexpr bool kManyRegisters = false;
constexpr bool kWeighsMeanwhile = false;

#include "cpu/lanes_avx2_impl.h"

#include "cpu/finish_tile_impl.h"

template <bool kUnsignedRows>
[[gnu::always_inline]] inline __m256i add_product(__m256i sum, __m256i line, __m256i row) {
  return kUnsignedRows ? _mm256_dpbusd_avx_epi32(sum, row, line) : _mm256_dpbusd_avx_epi32(sum, line, row);
}

// sums[0] and [1] += row . line: four inputs of one row, from `four` on, by the two halves of a line.
template <bool kUnsignedRows>
[[gnu::always_inline]] inline void add_row(__m256i* sums, __m256i low, __m256i high, const int8_t* four) {
  int32_t bytes;
  __builtin_memcpy(&bytes, four, sizeof bytes);
  const __m256i row = _mm256_set1_epi32(bytes);
  sums[0] = add_product<kUnsignedRows>(sums[0], low, row);
  sums[1] = add_product<kUnsignedRows>(sums[1], high, row);
}

template <bool kUnsignedRows, int... R>
[[gnu::always_inline]] inline void add_line(__m256i* sums, const int8_t* a, int64_t a_stride, const uint8_t* w,
                                            Indices<R...>) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w + 32));
  (add_row<kUnsignedRows>(sums + 2 * R, low, high, a + R * a_stride), ...);
}

template <bool kUnsignedRows, typename Rows, int... C>
[[gnu::always_inline]] inline void add_chains(__m256i* sums, int sums_per_chain, const int8_t* a, int64_t a_stride,
                                              const uint8_t* w, int64_t step_stride, Rows rows, Indices<C...>) {
  (add_line<kUnsignedRows>(sums + C * sums_per_chain, a + 4 * C, a_stride, w + C * step_stride, rows), ...);
}

template <int... R>
[[gnu::always_inline]] inline void store_rows(const __m256i* sums, int32_t* to, int64_t stride, Indices<R...>) {
  (I16{sums[2 * R], sums[2 * R + 1]}.store(to + R * stride), ...);
}

// One group of 16 outputs: the sums of up to six rows, two registers each, stay in registers. One or two rows have
// several sums each, added up at the end, because each addition waits for the last. With kAsks one line is asked for
// at each step, from `next` on.
template <int kRows, bool kUnsignedRows, bool kAsks>
[[gnu::noinline]] void multiply_group(const int8_t* a, int64_t a_stride, const uint8_t* w, int64_t step_stride,
                                      int inputs, const uint8_t* next, int32_t* to, int64_t to_stride) {
  constexpr int kChains = kRows == 1 ? 4 : kRows == 2 ? 2 : 1;
  constexpr int kSums = 2 * kRows;
  using Rows = typename Count<kRows>::Type;
  __m256i sums[kChains * kSums] = {};
  int k = 0;
  for (; k + 4 * kChains <= inputs; k += 4 * kChains, w += kChains * step_stride) {
    if constexpr (kAsks) {
      for (int c = 0; c < kChains; c++, next += 4 * kLanes) __builtin_prefetch(next, 0, 2);
    }
    add_chains<kUnsignedRows>(sums, kSums, a + k, a_stride, w, step_stride, Rows{}, typename Count<kChains>::Type{});
  }
  for (; k < inputs; k += 4, w += step_stride) add_line<kUnsignedRows>(sums, a + k, a_stride, w, Rows{});
  for (int i = kSums; i < kChains * kSums; i++) sums[i % kSums] = _mm256_add_epi32(sums[i % kSums], sums[i]);
  store_rows(sums, to, to_stride, Rows{});
}

// As in kernels_avx512.cc, but group by group.
template <int kRows, int kGroups, bool kUnsignedRows, int kAhead, typename Finish>
inline void multiply_tile(const void* rows, int64_t row_stride, const void* lines, int64_t group_stride,
                          int64_t step_stride, int inputs, int64_t ahead, const Finish& finish) {
  alignas(64) int32_t sums[kRows][kGroups][kLanes];
  const int8_t* a = static_cast<const int8_t*>(rows);
  const uint8_t* w = static_cast<const uint8_t*>(lines);
  const uint8_t* next = w + ahead;
  for (int g = 0; g < kGroups; g++, w += group_stride, next += inputs * kLanes) {
    if (g < kAhead) {
      multiply_group<kRows, kUnsignedRows, true>(a, row_stride, w, step_stride, inputs, next, sums[0][g],
                                                 kGroups * kLanes);
    } else {
      multiply_group<kRows, kUnsignedRows, false>(a, row_stride, w, step_stride, inputs, next, sums[0][g],
                                                  kGroups * kLanes);
    }
  }
  finish_tile(sums, finish);
}

#include "cpu/kernels_impl.h"

extern const Kernels kKernels;
const Kernels kKernels = make_kernels("avxvnni");

}  // namespace avxvnni
}  // namespace tilescribe
