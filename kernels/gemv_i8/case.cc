// Page 0: q (r4k8), then scale [4], sum [4], w_scale [16], bias [16], zero; pages 1 and 2: sixteen outputs.
// Out: sums int32 (n8r4), then y float32 [4][16].
#include "kernels/answers/cases.h"
#include "kernels/kernels.h"

using namespace tilescribe::tile;

namespace {

constexpr int kOutputs = 16;
constexpr int kQBytes = kRows * kPageInputs;

}  // namespace

extern "C" void gemv_i8_case(uint8_t* page, int index, uint8_t* state, uint8_t* out) {
  int32_t* acc = reinterpret_cast<int32_t*>(out);
  if (index == 0) {
    tile_begin();
    for (int i = 0; i < kPageBytes; i++) state[i] = page[i];
    return;
  }
  gemv_i8_8x512(reinterpret_cast<int8_t*>(state), page, 0, acc + (index - 1) * kPageOutputs * kRows);
  if (index < 2) return;
  const float* scale = reinterpret_cast<const float*>(state + kQBytes);
  const int32_t* sum = reinterpret_cast<const int32_t*>(scale + 16);
  const float* w_scale = scale + 32;
  const float* bias = scale + 48;
  const int32_t* zero = reinterpret_cast<const int32_t*>(scale + 64);
  gemv_i8_finish_f32(acc, kRows, kOutputs, scale, sum, w_scale, zero, bias, 0,
                     reinterpret_cast<float*>(out + 4 * kRows * kOutputs), kOutputs);
}
