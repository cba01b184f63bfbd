// The exact GELU, x * Phi(x), in place; see README.md.
#include "kernels/common/functions.h"
#include "kernels/kernels.h"

using namespace tilescribe::tile;

extern "C" void gelu_f32(float* x, int count) {
  for (int i = 0; i < count; i += kLanes) gelu(F16::load(x + i)).store(x + i);
}
