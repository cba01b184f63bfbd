// Product of up to four rows by a page of weights, and what makes float32 of the sums; see README.md.
#include "kernels/common/finish.h"

using namespace tilescribe::tile;

extern "C" void gemv_i8_8x512(const int8_t* q, const uint8_t* page, int add, int32_t* acc) {
  Mmul<int8_t, uint8_t> sums;
  if (add) {
    sums.load(acc);
  } else {
    sums.clear();
  }
  for (int k = 0; k < kPageInputs; k += 8) sums.mac(q + k * kRows, page + k * kPageOutputs);
  sums.store(acc);
}

extern "C" void gemv_i8_finish_f32(const int32_t* acc, int rows, int outputs, const float* scale, const int32_t* sum,
                                   const float* w_scale, const int32_t* zero, const float* bias, int add, float* y,
                                   int y_stride) {
  finish(acc, rows, outputs, scale, sum, w_scale, zero, bias, add != 0, y, y_stride);
}
