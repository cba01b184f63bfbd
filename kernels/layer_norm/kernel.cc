// Layer normalisation of rows of 512, and the quantising of rows that follows it; see README.md.
#include "kernels/common/quantize.h"

using namespace tilescribe::tile;

extern "C" void layer_norm_f32_512(const float* x, int rows, const float* page, float* y) {
  const float* gain = page;
  const float* bias = page + kWidth;
  for (int r = 0; r < rows; r++) {
    const float* from = x + r * kWidth;
    float* to = y + r * kWidth;
    F16 total = F16::set(0.0f);
    for (int i = 0; i < kWidth; i += kLanes) total = total + F16::load(from + i);
    const F16 mean = F16::set(divide(F16::reduce_add(total), static_cast<float>(kWidth)));
    F16 squares = F16::set(0.0f);
    for (int i = 0; i < kWidth; i += kLanes) {
      const F16 d = F16::load(from + i) - mean;
      squares = F16::fma(d, d, squares);
    }
    const float variance = divide(F16::reduce_add(squares), static_cast<float>(kWidth));
    const F16 inverse = F16::set(inverse_square_root(variance + 1e-5f));
    for (int i = 0; i < kWidth; i += kLanes) {
      const F16 normal = (F16::load(from + i) - mean) * inverse;
      F16::fma(normal, F16::load(gain + i), F16::load(bias + i)).store(to + i);
    }
  }
}

extern "C" void quantize_f32_i8(const float* x, int rows, int columns, int x_stride, int8_t* q, float* scale,
                                int32_t* sum) {
  float maximum[kRows] = {};
  for (int r = 0; r < rows; r++) maximum[r] = largest_of(x + static_cast<int64_t>(r) * x_stride, columns);
  quantize_rows(x, rows, columns, x_stride, maximum, q, scale, sum);
}
