// The vocabulary's integers: hidden rows in two planes, and their products with the tokens; see README.md.
#include "kernels/common/finish.h"
#include "kernels/common/quantize.h"

using namespace tilescribe::tile;

extern "C" void vocab_f32_i8_planes(const float* hidden, int rows, int8_t* planes, float* scale, int32_t* sum) {
  constexpr int kPlanes = 2;
  for (int r = 0; r < kRows / kPlanes; r++) {
    int8_t* high = planes + r4k8(kPlanes * r, 0);
    int8_t* low = planes + r4k8(kPlanes * r + 1, 0);
    const float* row = hidden + r * kWidth;
    const float largest = r < rows ? largest_of(row, kWidth) : 0.0f;
    scale[r] = largest > 0.0f ? divide(largest, 16128.0f) : 1.0f;
    const F16 divisor = F16::set(scale[r]);
    I16 high_sum = I16::set(0);
    I16 low_sum = I16::set(0);
    for (int k = 0; k < kWidth; k += kLanes) {
      const F16 value = r < rows ? F16::round_half_even(F16::load(row + k) / divisor) : F16::set(0.0f);
      // value / 127 is never half way between integers, so that its rounding needs no exact quotient.
      const F16 upper = F16::round_half_even(value * F16::set(1.0f / 127.0f));
      const I16 upper_lanes = I16::round(upper);
      const I16 lower_lanes = I16::round(F16::fma(upper, F16::set(-127.0f), value));
      upper_lanes.store_int8_halves(high + r4k8(0, k), high + r4k8(0, k + 8));
      lower_lanes.store_int8_halves(low + r4k8(0, k), low + r4k8(0, k + 8));
      high_sum = high_sum + upper_lanes;
      low_sum = low_sum + lower_lanes;
    }
    sum[kPlanes * r] = I16::reduce_add(high_sum);
    sum[kPlanes * r + 1] = I16::reduce_add(low_sum);
  }
}

extern "C" void vocab_i8_screen_8x512(const int8_t* planes, const uint8_t* page, int zero, const int32_t* sum,
                                      int32_t* acc) {
  Mmul<int8_t, uint8_t> sums;
  sums.clear();
  for (int k = 0; k < kPageInputs; k += 8) sums.mac(planes + k * kRows, page + k * kPageOutputs);
  alignas(64) int32_t products[kRows * kPageOutputs];
  sums.store(products);
  for (int r = 0; r < kRows; r += 2) {
    const int32_t both = product(zero, sum[r]);
    const int32_t other = product(zero, sum[r + 1]);
    const I16 correction = I16::halves(both, other);
    (I16::load(products + r * kPageOutputs) - correction).store(acc + r * kPageOutputs);
  }
}
