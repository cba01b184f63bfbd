// The tiles of the design and the streams between them: memory maps, locks, DMA descriptors, routes. What they are for
// is said in program.h.
#pragma once

#include <vector>

#include "npu/program.h"

namespace tilescribe::npu {

// `row` among the cores of its column, from 0.
TilePlan make_core(int column, int row);
TilePlan make_memory_tile(int column);
std::vector<RoutePlan> make_routes();

}  // namespace tilescribe::npu
