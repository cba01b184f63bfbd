// Page 0: a; page 1: b; page 2: scale [64], sum [64], w_scale [64], bias [64], zero [4].
// Out: the sums of the first eight rows, int32 (n8r4), then their y float32 [8][64].
#include "kernels/answers/cases.h"
#include "kernels/kernels.h"

using namespace tilescribe::tile;

namespace {

constexpr int kSide = 64;
constexpr int kShown = 8;

}  // namespace

extern "C" void gemm_i8_case(uint8_t* page, int index, uint8_t* state, uint8_t* out) {
  int32_t* c = reinterpret_cast<int32_t*>(state + kPageBytes);
  if (index == 0) {
    tile_begin();
    for (int i = 0; i < kPageBytes; i++) state[i] = page[i];
  } else if (index == 1) {
    gemm_i8_64x64x64(reinterpret_cast<int8_t*>(state), page, 0, c);
  } else {
    int32_t* shown = reinterpret_cast<int32_t*>(out);
    for (int i = 0; i < kShown * kSide; i++) shown[i] = c[i];
    const float* scale = reinterpret_cast<const float*>(page);
    gemm_i8_finish_f32(c, kShown, scale, reinterpret_cast<const int32_t*>(scale + 64), scale + 128,
                       reinterpret_cast<const int32_t*>(scale + 256), scale + 192, 0,
                       reinterpret_cast<float*>(out + kPageBytes / 2), kSide);
  }
}
