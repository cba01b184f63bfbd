// Page 0: hidden float32 [2][512], whole numbers up to 16128, so that their planes leave nothing to rounding; pages
// 1 to 4: 32 tokens. Out: planes (two times two, r4k8), then the sums of each page, int32 (n8r4).
#include "kernels/answers/cases.h"
#include "kernels/kernels.h"

using namespace tilescribe::tile;

namespace {

constexpr int kZero = 128;

}  // namespace

extern "C" void vocab_screen_case(uint8_t* page, int index, uint8_t* state, uint8_t* out) {
  int8_t* planes = reinterpret_cast<int8_t*>(out);
  float* scale = reinterpret_cast<float*>(state);
  int32_t* sum = reinterpret_cast<int32_t*>(state + 64);
  if (index == 0) {
    tile_begin();
    vocab_f32_i8_planes(reinterpret_cast<const float*>(page), 2, planes, scale, sum);
    return;
  }
  int32_t* acc = reinterpret_cast<int32_t*>(out + kRows * kWidth) + (index - 1) * kRows * kPageOutputs;
  vocab_i8_screen_8x512(planes, page, kZero, sum, acc);
}
