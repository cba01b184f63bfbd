// What follows a product: the zero points' correction, scales and bias, as native/cpu's multiply.
#pragma once

#include "kernels/common/npu_vec.h"
#include "kernels/kernels.h"

namespace tilescribe::tile {

// Numbers that are none in a damaged file give sums of any size; they must not be undefined behaviour.
inline int32_t product(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}

// Sixteen outputs from n on of one row, from sums in n8r4.
inline I16 load_sums(const int32_t* acc, int row, int n) {
  return I16::load_halves(acc + n8r4(row, n), acc + n8r4(row, n + 8));
}

inline void finish(const int32_t* acc, int rows, int outputs, const float* scale, const int32_t* sum,
                   const float* w_scale, const int32_t* zero, const float* bias, bool add, float* y, int y_stride) {
  for (int r = 0; r < rows; r++) {
    for (int n = 0; n < outputs; n += kLanes) {
      const F16 value = (load_sums(acc, r, n) - I16::set(product(zero[n / kLanes], sum[r]))).to_float();
      const F16 factor = F16::set(scale[r]) * F16::load(w_scale + n);
      F16 result = bias != nullptr ? F16::fma(value, factor, F16::load(bias + n)) : value * factor;
      float* to = y + static_cast<int64_t>(r) * y_stride + n;
      if (add) result = F16::load(to) + result;
      result.store(to);
    }
  }
}

}  // namespace tilescribe::tile
