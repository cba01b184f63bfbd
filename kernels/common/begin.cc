// What a core does before its first kernel.
#include "kernels/common/npu_vec.h"
#include "kernels/kernels.h"

extern "C" void tile_begin(void) { tilescribe::tile::set_rounding_half_even(); }
