// The vector instructions that the kernels are written in: sixteen lanes of float32 (`F16`) or int32 (`I16`), and
// the 8-bit matrix product of 4x8 by 8x8 to int32 (`Mmul`).
//
// vec_host.h has them in plain C++, vec_aie2.h as thin inlines over aie_api. Integers are the same on both. Of
// float32, lanes, order and places of rounding are the same; see vec_aie2.h for what each operation is worth there.
#pragma once

#include "kernels/common/arch.h"

namespace tilescribe::tile {

inline constexpr int kLanes = 16;

}  // namespace tilescribe::tile

#if KERNELS_AIE2
#include "kernels/common/vec_aie2.h"
#else
#include "kernels/common/vec_host.h"
#endif
