// AVX2 with FMA. VPMADDUBSW would saturate at 16 bits (255 * 127 * 2 > 32767), so bytes are widened to 16 bits
// and multiplied exactly by VPMADDWD.
#include <immintrin.h>

#include "cpu/kernels.h"

namespace tilescribe {
namespace avx2 {

constexpr int kTileRows = 6;
constexpr bool kManyRegisters = false;
constexpr bool kWeighsMeanwhile = false;

#include "cpu/lanes_avx2_impl.h"

#include "cpu/finish_tile_impl.h"

template <bool kUnsigned>
inline __m256i widen(__m128i bytes) {
  return kUnsigned ? _mm256_cvtepu8_epi16(bytes) : _mm256_cvtepi8_epi16(bytes);
}

// One group of 16 outputs: each quarter of a line becomes 16 words, which VPMADDWD turns into two sums of two
// products for each of four outputs. They are joined at the end alone.
template <int kRows, bool kUnsignedRows>
inline void multiply_group(const uint8_t* rows, int64_t row_stride, const uint8_t* line, int64_t step_stride,
                           int inputs, int32_t* sums, int sums_stride) {
  __m256i pairs[kRows][4];
  for (int r = 0; r < kRows; r++) {
    for (__m256i& quarter : pairs[r]) quarter = _mm256_setzero_si256();
  }
  for (int k = 0; k < inputs; k += 4, line += step_stride) {
    __m256i row[kRows];
    for (int r = 0; r < kRows; r++) {
      int32_t four;
      __builtin_memcpy(&four, rows + r * row_stride + k, sizeof four);
      row[r] = widen<kUnsignedRows>(_mm_set1_epi32(four));
    }
    for (int q = 0; q < 4; q++) {
      const __m256i words = widen<!kUnsignedRows>(_mm_loadu_si128(reinterpret_cast<const __m128i*>(line + 16 * q)));
      for (int r = 0; r < kRows; r++) pairs[r][q] = _mm256_add_epi32(pairs[r][q], _mm256_madd_epi16(words, row[r]));
    }
  }
  for (int r = 0; r < kRows; r++) {
    // VPHADDD works on halves: the middle quarters of its result change places.
    const __m256i low = _mm256_permute4x64_epi64(_mm256_hadd_epi32(pairs[r][0], pairs[r][1]), 0xd8);
    const __m256i high = _mm256_permute4x64_epi64(_mm256_hadd_epi32(pairs[r][2], pairs[r][3]), 0xd8);
    I16{low, high}.store(sums + r * sums_stride);
  }
}

// As in kernels_avx512.cc; reading ahead is left to the hardware.
template <int kRows, int kGroups, bool kUnsignedRows, int kAhead, typename Finish>
inline void multiply_tile(const void* rows, int64_t row_stride, const void* lines, int64_t group_stride,
                          int64_t step_stride, int inputs, int64_t, const Finish& finish) {
  alignas(64) int32_t sums[kRows][kGroups][kLanes];
  // Three rows' sums, their inputs and a line fill the 16 registers.
  constexpr int kAtOnce = kRows < 3 ? kRows : 3;
  constexpr int kRest = kRows % kAtOnce;
  for (int g = 0; g < kGroups; g++) {
    const uint8_t* line = static_cast<const uint8_t*>(lines) + g * group_stride;
    const uint8_t* row = static_cast<const uint8_t*>(rows);
    for (int r = 0; r + kAtOnce <= kRows; r += kAtOnce) {
      multiply_group<kAtOnce, kUnsignedRows>(row + r * row_stride, row_stride, line, step_stride, inputs, sums[r][g],
                                             kGroups * kLanes);
    }
    if constexpr (kRest > 0) {
      constexpr int r = kRows - kRest;
      multiply_group<kRest, kUnsignedRows>(row + r * row_stride, row_stride, line, step_stride, inputs, sums[r][g],
                                           kGroups * kLanes);
    }
  }
  finish_tile(sums, finish);
}

#include "cpu/kernels_impl.h"

extern const Kernels kKernels;
const Kernels kKernels = make_kernels("avx2");

}  // namespace avx2
}  // namespace tilescribe
