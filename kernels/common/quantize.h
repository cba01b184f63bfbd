// Rows of float32 to int8, as native/cpu's quantize: q = round_half_even(x * (127 / max|x|)).
#pragma once

#include "kernels/common/functions.h"
#include "kernels/kernels.h"

namespace tilescribe::tile {

inline float largest_of(const float* x, int columns) {
  F16 largest = F16::set(0.0f);
  for (int i = 0; i < columns; i += kLanes) largest = F16::max(largest, F16::abs(F16::load(x + i)));
  return F16::reduce_max(largest);
}

inline float scale_of(float maximum) { return maximum > kSmallest ? divide(maximum, 127.0f) : 0.0f; }

// put(i, lanes) for each sixteen columns from i on; returns the sum of all.
template <typename Put>
inline int32_t quantize_row(const float* x, int columns, float maximum, const Put& put) {
  const F16 factor = F16::set(maximum > kSmallest ? divide(127.0f, maximum) : 0.0f);
  I16 total = I16::set(0);
  for (int i = 0; i < columns; i += kLanes) {
    const I16 rounded = I16::round(F16::load(x + i) * factor);
    put(i, rounded);
    total = total + rounded;
  }
  return I16::reduce_add(total);
}

// To r4k8, row by row with their maxima; rows that are not there become zero.
inline void quantize_rows(const float* x, int rows, int columns, int x_stride, const float* maximum, int8_t* q,
                          float* scale, int32_t* sum) {
  for (int r = 0; r < kRows; r++) {
    const auto put = [&](int i, const I16& lanes) { lanes.store_int8_halves(q + r4k8(r, i), q + r4k8(r, i + 8)); };
    if (r < rows) {
      sum[r] = quantize_row(x + static_cast<int64_t>(r) * x_stride, columns, maximum[r], put);
      scale[r] = scale_of(maximum[r]);
    } else {
      for (int i = 0; i < columns; i += kLanes) put(i, I16::set(0));
      sum[r] = 0;
      scale[r] = 0.0f;
    }
  }
}

}  // namespace tilescribe::tile
