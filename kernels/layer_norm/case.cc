// Page 0: x float32 [2][512]; page 1: gain, bias. Out: y of row 0, float32 [512], then both rows as r4k8.
#include "kernels/answers/cases.h"
#include "kernels/kernels.h"

using namespace tilescribe::tile;

extern "C" void layer_norm_case(uint8_t* page, int index, uint8_t* state, uint8_t* out) {
  float* x = reinterpret_cast<float*>(state);
  if (index == 0) {
    tile_begin();
    const float* from = reinterpret_cast<const float*>(page);
    for (int i = 0; i < 2 * kWidth; i++) x[i] = from[i];
    return;
  }
  layer_norm_f32_512(x, 2, reinterpret_cast<const float*>(page), x);
  float* y = reinterpret_cast<float*>(out);
  for (int i = 0; i < kWidth; i++) y[i] = x[i];
  float* scale = reinterpret_cast<float*>(state + kPageBytes);
  int32_t* sum = reinterpret_cast<int32_t*>(state + kPageBytes + 64);
  quantize_f32_i8(x, 2, kWidth, kWidth, reinterpret_cast<int8_t*>(out + kPageBytes / 2), scale, sum);
}
