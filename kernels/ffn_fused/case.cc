// Page 0: float32 [4][128], outputs of up. Out: r4k8 of 128 columns, then after GELU float32 [4][128], the maxima [4],
// scale [4], sum int32 [4].
#include "kernels/answers/cases.h"
#include "kernels/kernels.h"

using namespace tilescribe::tile;

namespace {

constexpr int kCount = 128;

}  // namespace

extern "C" void ffn_fused_case(uint8_t* page, int, uint8_t*, uint8_t* out) {
  tile_begin();
  const float* from = reinterpret_cast<const float*>(page);
  float* y = reinterpret_cast<float*>(out + kRows * kCount);
  float* maximum = y + kRows * kCount;
  for (int i = 0; i < kRows * kCount; i++) y[i] = from[i];
  ffn_f32_gelu_max(y, kRows, kCount, maximum);
  ffn_f32_i8_requantize(y, kRows, kCount, maximum, reinterpret_cast<int8_t*>(out), maximum + kRows,
                        reinterpret_cast<int32_t*>(maximum + 2 * kRows));
}
