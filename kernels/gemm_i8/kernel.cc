// Product of a block of 64 rows by a block of 64 outputs over 64 inputs; see README.md.
#include "kernels/common/finish.h"

using namespace tilescribe::tile;

namespace {

constexpr int kSide = 64;
constexpr int kGroups = kSide / kRows;

}  // namespace

extern "C" void gemm_i8_64x64x64(const int8_t* a, const uint8_t* b, int add, int32_t* c) {
  for (int g = 0; g < kGroups; g++) {
    const int8_t* rows = a + g * kRows * kSide;
    for (int n = 0; n < kSide; n += 8) {
      int32_t* to = c + g * kRows * kSide + n * kRows;
      Mmul<int8_t, uint8_t> sums;
      if (add) {
        sums.load(to);
      } else {
        sums.clear();
      }
      for (int k = 0; k < kSide; k += 8) sums.mac(rows + k * kRows, b + n * kSide + k * 8);
      sums.store(to);
    }
  }
}

extern "C" void gemm_i8_finish_f32(const int32_t* c, int rows, const float* scale, const int32_t* sum,
                                   const float* w_scale, const int32_t* zero, const float* bias, int add, float* y,
                                   int y_stride) {
  for (int r = 0; r < rows; r += kRows) {
    const int some = rows - r < kRows ? rows - r : kRows;
    finish(c + r * kSide, some, kSide, scale + r, sum + r, w_scale, zero, bias, add != 0,
           y + static_cast<int64_t>(r) * y_stride, y_stride);
  }
}
