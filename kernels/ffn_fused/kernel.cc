// Between the two products of the feed-forward network: GELU, maxima, int8 again; see README.md.
#include "kernels/common/quantize.h"

using namespace tilescribe::tile;

extern "C" void ffn_f32_gelu_max(float* y, int rows, int count, float* maximum) {
  for (int r = 0; r < rows; r++) {
    float* row = y + static_cast<int64_t>(r) * count;
    F16 largest = F16::set(0.0f);
    for (int i = 0; i < count; i += kLanes) {
      const F16 value = gelu(F16::load(row + i));
      value.store(row + i);
      largest = F16::max(largest, F16::abs(value));
    }
    maximum[r] = F16::reduce_max(largest);
  }
}

extern "C" void ffn_f32_i8_requantize(const float* y, int rows, int count, const float* maximum, int8_t* q,
                                      float* scale, int32_t* sum) {
  quantize_rows(y, rows, count, count, maximum, q, scale, sum);
}
